"""How Portuguese-speaking people say that they decided or learned something. Data alone."""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

PORTUGUESE: Final = Language(
    name="Portuguese",
    leads="nós eu foi o a os as hoje ontem agora então finalmente ficou importante",
    and_i="e_eu",
    decided="""
        {decidiu-se,decidimos,escolhemos,optamos,combinamos,definimos,resolvemos,concordamos}
        {decidido,definido,combinado,acordado,resolvido}
        {foi,ficou}_{decidido,definido,acordado,combinado,resolvido}
        a_partir_de_{agora,hoje,amanhã,segunda,terça,quarta,quinta,sexta} de_agora_em_diante
        {daqui_em,doravante,daqui_para} até_segunda_ordem {não_vamos,não_usamos,não_aceitamos}_mais
        já_não_{usamos,aceitamos,vamos} {deixamos,paramos}_de
        {vamos,iremos}_{usar,utilizar,manter,ficar_com,deixar_de,mudar_para,migrar,trocar}
        {vamos,iremos}_seguir_com {usaremos,utilizaremos,manteremos,deixaremos_de}
        {passamos_a,passaremos_a,mudamos_para,migramos_para,trocamos,abandonamos,descartamos}
        {mantemos,preferimos,adotamos,ficamos_com} fica_{decidido,combinado,proibido,definido}
        decisão_tomada todos_*_devem cada_*_deve
        {nada_de,sem}_{publicar,implantar,publicações,reuniões}
    """,
    learned="""
        {aprendemos,aprendi,descobrimos,percebemos,constatamos} acontece_que
        {na,da,para_a}_próxima_vez
        {erro,problema,causa,lição,truque,culpado,origem,falha}_{foi,era,é,estava}
        causa_{raiz,real,principal}_{foi,era,é} {deveríamos,devíamos,deveria}_ter
        {em_retrospecto,olhando_para_trás} mais_vale_*_que melhor_{um,uma,não,dois,duas}_*_que
        {bom_saber,solução_foi} {é_preciso,vale_a_pena,convém,moral_da_história}
    """,
    orders="""
        nunca nunca_mais jamais sempre evite evitar cuidado_com lembrar_de
        não_{esquecer,usar,confiar,fazer,rodar,executar,mexer,apagar,reiniciar}
    """,
    stories="""
        sempre_{que,chove}
        {problema,erro,falha,causa}_{foi,está,era}_{resolvid,corrigid,encontrad}*
    """,
    decided_within="""
        a_partir_de_agora {foi,ficou}_decidido
        a_partir_de_{segunda,terça,quarta,quinta,sexta}
    """,
    learned_within="na_próxima_vez nunca_mais",
    taken="escolhemos escolhido usar usamos trocamos descartamos preferimos",
    reasons="em_vez_de no_lugar_de ao_invés_de porque pois ninguém",
    us="*mos",
    pending="""
        sem_decisão a_decidir {falta,precisamos,temos_de,temos_que}_decidir ainda_não não_decidi*
        devemos_usar foi_adiad*
    """,
    doubt="se talvez poderia propôs quer perguntou",
    about="decisão_{sobre,do,da}",
    decision_labels="acordo acordos política convenção norma resolução consenso combinado",
    lesson_labels="conclusão causa causa_raiz regra aprendizado erro moral descoberta próxima_vez",
    open_labels="pergunta ideia proposta",
)
