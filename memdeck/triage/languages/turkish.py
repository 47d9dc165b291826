"""How Turkish-speaking people say that they decided or learned something. Data alone.

The verb comes last: most of it stands in `decided_last` and `learned_last`.
"""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

TURKISH: Final = Language(
    name="Turkish",
    leads="biz bugün dün artık ekip ekipçe birlikte sonunda önemli",
    decided="""
        anlaştık karar_aldık karar_alındı karar_verdik karar_verildi kararlaştırdık
        kararlaştırıldı seçtik üzerinde_anlaştık kararımız
        {bundan_sonra,bundan_böyle,bugünden_itibaren,yarından_itibaren,artık_{sadece,her,hiç}}
    """,
    decided_last="""
        {vazgeçtik,tercih_ettik,seçildi,kararlaştırıldı,kararlaştırdık,anlaştık}
        artık_*_{kullanıyoruz,yok} karar_{verdik,verildi} kararı_{aldık,alındı}
        yerine_*_kullanacağız kullanacağız kullanmayacağız geçiyoruz geçeceğiz geçtik
        {bundan_böyle,bundan_sonra} artık_*_{etmiyoruz,kullanmıyoruz,yapmıyoruz,almıyoruz}
    """,
    learned="""
        {öğrendik,öğrendim,anlaşıldı,meğer,fark_ettik}
        {bir_dahaki_sefere,gelecek_sefer,bir_sonraki_sefer}
        {hata,sorun,neden,hatamız,sebep}_{şuydu,şu,buydu}
        {kök_neden,asıl_neden,asıl_sebep,sorunun_nedeni} {keşke,unutma*,aklında_olsun}
    """,
    learned_last="{öğrendik,öğrendim,fark_ettik,anlaşıldı,ortaya_çıktı} *malıydık *meliydik",
    orders="asla her_zaman hiçbir_zaman mutlaka daima sakın kesinlikle",
    decided_within="""
        bundan_sonra
        {pazartesiden,salıdan,çarşambadan,perşembeden,cumadan}_itibaren
    """,
    learned_within="bir_dahaki_sefere asla her_zaman sonucuna_vardık unutmayalım kaynaklan*",
    reasons="yerine çünkü",
    pending="""
        henüz karar_{vermedik,ertelendi,verilmedi,bekliyor} kararı_ertelendi karar_vermeliyiz
    """,
    doubt="belki eğer",
    about="mahkemenin_kararı",
    decision_labels="karar kararlar anlaşma politika kural ilke kararımız",
    lesson_labels="ders sonuç neden kök_neden sebep hata çıkarım unutma kural",
    open_labels="soru öneri fikir",
)
