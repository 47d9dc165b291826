"""How French-speaking people say that they decided or learned something. Data alone."""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

FRENCH: Final = Language(
    name="French",
    leads="""
        nous moi on j'ai c'est il avons ont a est sont été la le l' les notre aujourd'hui hier donc
        enfin finalement ensemble
    """,
    and_i="et_moi",
    decided="""
        {on_décide,nous_décidons} décidé_{de,que}
        {on_a,nous_avons,avons,j'ai}_{décidé,choisi,convenu,retenu,opté,tranché,acté,adopté}
        {nous_sommes_,sommes_,}{convenus,tombés_d'accord,d'accord_pour} il_{a_été_,est_}décidé
        il_a_été_convenu il_est_convenu c'est_{décidé,acté,tranché} acté convenu_{de,que,avec}
        opté_pour désormais dorénavant à_partir_{de_maintenant,d'aujourd'hui,de_demain,de_ce}
        {à_partir_de,dès}_{lundi,mardi,mercredi,jeudi,vendredi}
        dès_{maintenant,aujourd'hui,demain,à_présent} jusqu'à_nouvel_ordre
        {on,nous}_{garde,gardons,abandonne,abandonnons,arrête,arrêtons,remplace,remplaçons}
        {on,nous}_{choisit,choisissons,opte,optons,reste_sur,restons_sur,part_sur,partons_sur}
        {on,nous}_{utilise,utilisons,utilisera,utiliserons,n'utilise,n'utilisons,adopte,adoptons}
        {on_passe,nous_passons,on_migre,nous_migrons,on_bascule,passage}_{à,en}_{des,une,un,la,l'}
        on_passe_à nous_passons_à on_passe_sur {on,nous}_ne_{fait,supporte,prend,accepte}_plus
        nous_n'acceptons_plus on_n'accepte_plus plus_jamais décision_prise tous_*_doivent
        {chaque,tout}_*_doit
        {plus_de,pas_de}_{mise_en,déploiement,livraison,publication,réunion,fusion}*
        aucun{,e}_{mise_en,déploiement,livraison,publication,réunion,fusion}*
    """,
    learned="""
        {on_a,nous_avons,j'ai,avons}_{appris,compris,découvert,constaté,retenu} appris_que
        mieux_vaut il_vaut_mieux bon_à_savoir {solution,l'astuce}_{était,est}
        il_s'avère {il_s'est_avéré,s'est_avéré} la_prochaine_fois pour_la_prochaine_fois
        {erreur,l'erreur,cause,la_cause,problème}_{était,a_été,est,vient,venait,provenait}
        {panne,l'incident,incident,bug,défaut}_{vient,venait,provient,provenait,était_due}
        {origine,l'origine,leçon,piège,astuce}_{était,a_été,est,vient,venait}
        cause_{racine,profonde,première}_{était,est} {on,nous}_{aurait,aurions}_dû j'aurais_dû
        {avec_le_recul,après_coup} {à_retenir,à_ne_jamais,à_ne_plus,à_éviter}
        morale_de_l'histoire
    """,
    orders="""
        ne_jamais ne_pas ne_plus jamais toujours surtout_ne_pas {penser,veiller}_à
        éviter_{de,les,le,la} évitez n'oubliez_pas ne_pas_oublier
        attention_{à,aux,au} bien_{vérifier,penser_à} se_méfier_{de,des,du}
    """,
    stories="""
        prochaine_fois_c'est toujours_{pas,en,aucun,rien,malade} jamais_{vu,eu,reçu}
        {problème,erreur,panne,cause,l'erreur}_{est,était,a_été}_{résolu,corrigé,trouvé}*
    """,
    decided_within="""
        désormais dorénavant {on_a,nous_avons}_{décidé,convenu,choisi} à_partir_de_maintenant
        {à_partir_de,dès}_{lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche}
    """,
    learned_within="toujours_{avant,d'abord} la_prochaine_fois plus_jamais ne_jamais",
    taken="choisi gardé remplacé abandonné utiliser préféré",
    reasons="plutôt_que au_lieu_{de,d'*,du,des} à_la_place car parce_que parce_qu'* personne",
    us="nous on",
    pending="""
        {pas_,}{encore_}décidé pas_{encore_,}de_décision à_décider décision_en_attente reporté*
        {faut,doit,reste_à}_décider {n'a,n'avons,n'ont}_{pas,rien}_* faut-il devrait-on
    """,
    doubt="si s'il peut-être pourrait proposé propose voudrait demande demandé discuté",
    about="décision_{du,sur,de_la}",
    decision_labels="""
        accord convention politique consigne consensus acté résolution verdict dorénavant désormais
        tranché convenu convenu_avec_*
    """,
    lesson_labels="""
        conclusion cause cause_{racine,profonde} enseignement morale bilan constat règle à_retenir
        à_éviter {à,a}_ne_{jamais,pas,plus}_* retenir piège erreur prochaine_fois
    """,
    open_labels="question_ouverte idée proposition",
)
