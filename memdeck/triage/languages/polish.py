"""How Polish-speaking people say that they decided or learned something. Data alone."""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

POLISH: Final = Language(
    name="Polish",
    leads="my ja zostało dziś dzisiaj wczoraj teraz zespół wspólnie więc ważne",
    and_i="i_ja",
    decided="""
        {zdecydowali,postanowili,ustalili,uzgodnili,wybrali,zgodzili}*
        {zdecydowano,postanowiono,ustalono,uzgodniono,wybrano,przyjęto}
        decyzja_{zapadła,jest,podjęta}
        {od_teraz,od_dziś,od_dzisiaj,od_jutra,odtąd,od_tej_pory} na_przyszłość
        od_{poniedziałku,wtorku,środy,czwartku,piątku} już_nie_{używamy,przyjmujemy,wspieramy}
        {przechodzimy,przeszliśmy,przesiadamy_się,zostajemy,stawiamy}_{na,przy,z}
        {rezygnujemy,zrezygnowaliśmy,odchodzimy}_{z,od}
        {używamy,będziemy_używać,wybieramy,stosujemy} nie_{przyjmujemy,używamy}_już
        {żadnych,bez}_{wdrożeń,zmian,spotkań}_{w,po,przed}
    """,
    learned="""
        {nauczyliśmy_się,nauczyłem_się,okazało_się,okazuje_się,dowiedzieliśmy_się,zrozumieliśmy}
        {następnym_razem,na_następny_raz,z_perspektywy_czasu}
        {przyczyną,błędem,powodem,problemem}_{był,była,było} {główną_przyczyną,winowajcą}_*
        {przyczyna,błąd,problem,lekcja}_{był,była,to,leżała,polegał*}
        powinniśmy_byli trzeba_{było,zawsze} {warto,należy,lepiej} wynikało_z
    """,
    orders="""
        zawsze nigdy nigdy_więcej nie_{zapominać,używać,ufać,uruchamiać,wolno,należy,usuwać}
        unikać uważać_na pamiętać
    """,
    stories="nigdy_nie_{widział,był}* {problem,błąd}_{był_,został_,}{rozwiązan,naprawion}*",
    decided_within="""
        {od_teraz,odtąd,zdecydowaliśmy,postanowiliśmy,ustaliliśmy}
        od_{poniedziałku,wtorku,środy,czwartku,piątku,soboty,niedzieli}
    """,
    learned_within="następnym_razem okazało_się nigdy_więcej",
    taken="wybieramy wybrano używamy zastępujemy zamieniamy zastąpiliśmy",
    reasons="zamiast ponieważ bo nikt",
    us="*amy *emy *imy *ymy",
    pending="""
        nie_{zdecydowa,ustali,ma_jeszcze}* {jeszcze_nie,brak_decyzji,do_ustalenia,czy}
        {musimy,trzeba}_{jeszcze_,}zdecydować odłożon* przełożon*
    """,
    doubt="może chce proponuje jeśli czy",
    about="decyzja_{sądu,w_sprawie}",
    decision_labels="""
        decyzja decyzje ustalenie ustalenia zasada polityka uzgodniono umowa
    """,
    lesson_labels="""
        wniosek wnioski przyczyna lekcja nauczka błąd reguła morał następnym_razem
    """,
    open_labels="pytanie pomysł propozycja",
)
