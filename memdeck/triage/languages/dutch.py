"""How Dutch-speaking people say that they decided or learned something. Data alone."""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

DUTCH: Final = Language(
    name="Dutch",
    leads="we wij ik hebben heb is zijn er de het een vandaag gisteren nu dus belangrijk",
    and_i="en_ik",
    decided="""
        {besloten,afgesproken,gekozen,vastgelegd,overeengekomen,vastgesteld}
        {we,wij}_{hebben,zijn}_{besloten,afgesproken,gekozen,vastgelegd,overeengekomen}
        {we,wij}_hebben_*_{besloten,afgesproken,gekozen}
        {we,wij}_{kiezen,stappen_over,stappen,gaan_voor,gaan_over_op,blijven,gebruiken,stoppen_met}
        {we,wij}_{houden,schakelen,laten,verlaten,nemen_afscheid,zullen_niet,doen_geen}
        {we,wij}_{werken_voortaan,accepteren_geen}
        vanaf_{nu,vandaag,morgen,volgende,deze,maandag,dinsdag,woensdag,donderdag,vrijdag} voortaan
        in_het_vervolg niet_meer tot_nader_order
        {over,overgestapt,overstap,omschakeling}_{op,naar} gekozen_{voor,is}
        alle_*_moeten {elk,elke,iedere}_*_moet
        geen_{uitrol,releases,vergaderingen,wijzigingen}_{meer,op,voor,na,zonder}
    """,
    learned="""
        {we_hebben,ik_heb,hebben}_{geleerd,ontdekt,gemerkt} geleerd_dat het_{blijkt,bleek}
        {blijkt,bleek}_dat {volgende,de_volgende}_keer
        {fout,oorzaak,probleem,les,truc,valkuil,reden,boosdoener}_{was,is,bleek,lag}
        beter_{een,één,geen,twee}_*_dan liever_*_dan goed_om_te_weten
        {hadden_we,had_ik,hadden_moeten,achteraf} lag_aan {voor_de,voor_een}_volgende_keer
    """,
    orders="""
        altijd nooit nooit_meer vergeet_niet niet_vergeten vermijd let_op_{met,bij,dat}
        pas_op_{met,voor}
    """,
    stories="""
        altijd_{leuk,weer} nooit_{gehoord,gezien}
        {probleem,fout,oorzaak,storing}_{is,was}_{opgelost,gevonden,verholpen,gemeld}
    """,
    decided_within="""
        vanaf_nu voortaan besloten afgesproken
        vanaf_{maandag,dinsdag,woensdag,donderdag,vrijdag,zaterdag,zondag}
    """,
    learned_within="altijd_eerst volgende_keer nooit_meer",
    taken="gekozen gebruiken vervangen geschrapt liever",
    reasons="in_plaats_van omdat want niemand",
    us="we wij",
    pending="""
        geen_besluit nog_{te_beslissen,niet,geen} {moeten,moet}_{nog_,}beslissen niet_besloten
        uitgesteld
    """,
    doubt="als misschien zou wil vraagt of",
    about="besluit_{over,van}",
    decision_labels="afspraak afspraken beleid conventie akkoord richtlijn uitkomst",
    lesson_labels="""
        conclusie oorzaak les regel lessen fout valkuil volgende_keer vuistregel grondoorzaak
    """,
    open_labels="vraag voorstel",
)
