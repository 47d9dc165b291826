"""How German-speaking people say that they decided or learned something. Data alone."""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

GERMAN: Final = Language(
    name="German",
    leads="""
        wir ich es haben habe hat wurde wurden ist sind war der die das unser unsere heute gestern
        nun jetzt also dann endlich gemeinsam uns auch wichtig
    """,
    and_i="und_ich",
    decided="""
        wir_haben_{uns_,}{beschlossen,entschieden,festgelegt,vereinbart,geeinigt,abgemacht}
        {beschlossen,entschieden,vereinbart,festgelegt,abgemacht,ausgemacht,geeinigt}
        {haben,hat,habe}_{sich_,uns_,mich_,}{beschlossen,entschieden} entscheid{e,en}_{uns,mich}_für
        {wir_,}haben_*_{beschlossen,entschieden,geeinigt,vereinbart,festgelegt,verständigt}
        {haben_,}uns_auf_*_{geeinigt,verständigt}
        ab_{sofort,jetzt,heute,morgen} ab_{nächster,dieser,kommender}_woche ab_nächstem_monat
        ab_{montag,dienstag,mittwoch,donnerstag,freitag,januar,februar,märz,april,mai,juni}
        ab_{juli,august,september,oktober,november,dezember}
        künftig in_zukunft zukünftig von_nun_an fortan nicht_mehr bis_auf_weiteres
        wir_{bleiben,nehmen,verwenden,nutzen,setzen,wechseln,stellen,verzichten,behalten,steigen}
        wir_{stoppen,verwerfen,machen_keine,werden_nicht_mehr,werden_künftig,gehen_mit,wählen}
        wir_{streichen,führen,migrieren,standardisieren,akzeptieren,unterstützen}
        wechsel_{auf,zu} umstieg_auf umgestiegen_auf umgestellt_auf gewechselt_{zu,auf}
        entscheidung_{ist,war}_gefallen entscheidung_fiel die_entscheidung_ist entschluss_steht
        {einigung,einigten_uns,einigen_uns}_auf die_wahl_fiel_auf
        {alle,jeder,jede,jedes}_*_{muss,müssen,braucht}
        keine_{auslieferungen,freigaben,änderungen,besprechungen}_*_{am,vor,nach,ohne,mehr}
    """,
    learned="""
        {gelernt,dazugelernt} wir_haben_{gelernt,festgestellt} es_{zeigt,zeigte,hat}_sich
        es_stellte_sich_heraus stellt{,e}_sich_heraus {nächstes,beim_nächsten}_mal
        fürs_nächste_mal {fehler,ursache,problem,grund}_{war,ist,lag,daran}
        {lehre,trick,knackpunkt,schuld}_{war,ist,lag,daran}
        {hauptursache,grundursache,eigentliche_ursache,lektion,erkenntnis,merksatz}_{war,ist}
        besser_{ein,eine,einen,einmal,zwei,kein,keine,keinen}_*_als lieber_*_als gut_zu_wissen
        {lösung,grund}_{war,ist} hätten_{wir,vorher} hätte_{ich,man}
        {im_nachhinein,rückblickend} lag_{daran,an} gelernt_dass herausgefunden
        {verursacht_durch,es_lohnt_sich,daraus_gelernt}
        {störung,ausfall,fehler,problem}_{kam,rührte,entstand}
    """,
    # `Nie` is `not` in Polish: here it stands with words that are German.
    orders="""
        niemals nie_{wieder,mehr,am,im,ohne,mit,die,den,das,der,auf,vor,nach,von,zu,zum,zur,bei,an}
        nie_{ein,eine,einen,einem,zwei,mehrere,alle,direkt,blind,nur,etwas,selbst,gleichzeitig,in}
        immer_{erst,zuerst,vorher,vor,nur,mit,alle,die,den,das,ein,eine,beide}
        auf_keinen_fall unbedingt stets vorsicht_{bei,mit} achtung_bei merke nicht_{vergessen,ohne}
        bloß_nicht
    """,
    stories="""
        nächstes_mal_{ist,sind,treffen} immer_{noch,wieder,mehr} nie_{gehört,gesehen}
        nie_wieder_{etwas_,}{gehört,gesehen}
        {problem,fehler,störung,ursache}_{ist,war}_{gelöst,behoben,gefunden,weg,gemeldet}
    """,
    decided_within="""
        ab_{sofort,jetzt} künftig beschlossen entschieden vereinbart von_nun_an fortan
        nicht_mehr_{erlaubt,verwenden,verwendet,unterstützt,angenommen,akzeptiert,genutzt,gepflegt}
        nicht_weiter_{gepflegt,unterstützt,entwickelt,betrieben,verfolgt}
        {wird,werden}_*_nur_noch {wird,werden}_nur_noch {ist,sind}_{verboten,pflicht}
        ab_{montag,dienstag,mittwoch,donnerstag,freitag,samstag,sonntag}
    """,
    learned_within="""
        immer_{erst,vor,zuerst,vorher} nächstes_mal nie_wieder stellte_sich_heraus niemals
        {ursache,fehler}_war hätten_wir
    """,
    taken="""
        nehmen genommen gewählt ausgewählt verwenden benutzen ersetzen ersetzt gestrichen verworfen
    """,
    reasons="anstatt statt anstelle lieber_als weil wegen endgültig niemand",
    us="wir",
    pending="""
        keine_entscheidung {noch_,}nicht_{entschieden,geeinigt,beschlossen}
        entscheidung_{offen,steht_aus,vertagt} vertagt ob_wir sollen_wir
        noch_{entscheiden,offen,unbekannt,unklar} {müssen,muss,soll}_{wir_,}*_entscheiden
        nicht_einigen
    """,
    doubt="""
        wenn vielleicht könnte* sollte* vorgeschlagen schlägt fragt fragte möchte* überleg*
        diskutiert ob
    """,
    about="entscheidung_{über,zu,des,der}",
    decision_labels="""
        vereinbarung vereinbarungen abmachung absprache festlegung festgelegt vereinbart richtlinie
        vorgabe konvention konsens ergebnis ab_sofort entschluss beschluss
    """,
    lesson_labels="""
        fazit schlussfolgerung ursache grundursache hauptursache fehler lehre merksatz faustregel
        nie_wieder nicht_vergessen vorsicht wichtigste_erkenntnis moral nächstes_mal achtung
    """,
    open_labels="frage fragen idee vorschlag offen",
)
