"""How Italian-speaking people say that they decided or learned something. Data alone."""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

ITALIAN: Final = Language(
    name="Italian",
    leads="io abbiamo ho si è stato stata il la i gli oggi ieri ora allora infine importante",
    and_i="{e,ed}_io",
    decided="""
        {abbiamo,ho,è_stato,si_è}_{deciso,scelto,concordato,stabilito,optato,convenuto,adottato}
        {deciso,scelto,concordato,stabilito,convenuto} d'ora_in_{poi,avanti}
        da_{oggi,ora,domani}_in_poi a_partire_da_{oggi,ora,domani} da_oggi da_adesso in_futuro
        da_{lunedì,martedì,mercoledì,giovedì,venerdì} fino_a_nuovo_ordine
        {non_usiamo,non_accettiamo,non_facciamo,non_supportiamo}_più
        {passiamo,passeremo,siamo_passati,migriamo}_{a,da,al,alla} restiamo_{con,su} d'accordo_con
        {useremo,usiamo,utilizzeremo,terremo,teniamo,manteniamo,abbandoniamo,scartiamo,adottiamo}
        {preferiamo,scegliamo,smettiamo,continuiamo_con}
        decisione_presa tutti_*_devono ogni_*_deve si_{userà,usa_solo,passa_a}
        {niente,nessun,basta}_{rilascio,rilasci,riunioni,modifiche,pubblicazioni,deploy}
    """,
    learned="""
        {abbiamo,ho}_{imparato,scoperto,capito,constatato} si_è_visto_che {è_emerso,risulta}_che
        {emerso,risultato}_che la_prossima_volta
        {errore,l'errore,problema,causa,lezione,trucco,colpa,origine}_{è_stato,era,è,stava}
        causa_{principale,radice,reale}_{era,è,è_stata} avremmo_dovuto avrei_dovuto
        col_senno_di_poi {conviene,bisogna,meglio,vale_la_pena} per_la_prossima_volta
    """,
    # `Mai` by itself is a month elsewhere.
    orders="""
        mai_più mai_{usare,fare,fidarsi,lanciare,toccare,eseguire,cancellare,riavviare,eliminare}
        mai_{pubblicare,modificare,aggiornare,dimenticare,spegnere,avviare,distribuire,saltare}
        non_{usare,fare,dimenticare,fidarsi,lanciare,toccare,eseguire,cancellare,riavviare} sempre
        attenzione_{a,ai,alle,al} evitare ricordarsi ricordare_di
    """,
    stories="{problema,errore,causa,l'errore}_{è,era}_{stato_,stata_,}{risolt,corrett,trovat}*",
    decided_within="""
        d'ora_in_poi abbiamo_{deciso,concordato} a_partire_da
        da_{lunedì,martedì,mercoledì,giovedì,venerdì,sabato,domenica}
    """,
    learned_within="la_prossima_volta mai_più",
    taken="scelto usiamo sostituito scartato preferito usare",
    reasons="al_posto_{di,del,della} invece_{di,del,che} perché anziché nessuno",
    us="*iamo *remo noi",
    pending="""
        nessuna_decisione da_decidere {dobbiamo,resta_da}_{ancora_,}decidere non_{abbiamo,si_è}_*
        ancora_da {è_,}rimandat*
    """,
    doubt="se forse potrebbe propone vorrebbe",
    about="decisione_{su,del,della,sul}",
    decision_labels="accordo accordi politica convenzione norma decisione delibera d'accordo",
    lesson_labels="""
        conclusione causa causa_principale regola lezione errore morale da_ricordare prossima_volta
    """,
    open_labels="domanda proposta",
)
