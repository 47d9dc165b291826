"""How Spanish-speaking people say that they decided or learned something. Data alone."""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

SPANISH: Final = Language(
    name="Spanish",
    leads="""
        nosotros yo hemos he se ha fue el la lo los hoy ayer ahora ya finalmente juntos nuestra
        nuestro importante
    """,
    and_i="y_yo",
    decided="""
        {decidimos,acordamos,elegimos,optamos,escogimos,resolvimos,convenimos,quedamos_en}
        {decidido,acordado,elegido,optado,convenido,resuelto}_{que,usar,por,no,en,el,la,con}
        {hemos,se_ha,he,ha_sido,fue}_{decidido,acordado,elegido,optado,resuelto,convenido}
        {acordado,decidido,optado,elegido} se_{decidió,acordó,eligió,optó,resolvió,decide,acuerda}
        a_partir_de_{ahora,hoy,mañana,este,esta} desde_{ahora,hoy,mañana} de_ahora_en_adelante
        a_partir_del_{lunes,martes,miércoles,jueves,viernes}
        {de_hoy,de_aquí}_en_adelante en_adelante en_lo_sucesivo hasta_nuevo_aviso ya_no
        nos_{quedamos_con,pasamos_a,cambiamos_a,decidimos_por,mudamos_a}
        {vamos_a,vamos}_{usar,utilizar,quedarnos,mantener,dejar_de,cambiar_a,migrar,seguir_con}
        {vamos_a,vamos}_eliminar {usaremos,utilizaremos,mantendremos,dejaremos_de,dejamos_de}
        {cambiamos_a,migramos_a,pasamos_a} {abandonamos,descartamos,seguimos_con,mantenemos}
        {preferimos,adoptamos,apostamos_por} {queda,quedó}_{decidido,acordado,prohibido}
        decisión_tomada todos_*_deben cada_*_debe
        {usará,usarán,mantendrá,descarta,adopta,establece,prohíbe}
        {nada_de,no_más}_{despliegues,desplegar,publicar,reuniones,cambios,entregas}
    """,
    learned="""
        {aprendimos,aprendí,descubrimos,comprobamos,nos_dimos_cuenta,hemos_aprendido,he_aprendido}
        más_vale_*_que mejor_{un,una,no,dos}_*_que bueno_saber solución_{fue,era}
        resulta_que resultó_que la_próxima_vez para_la_próxima
        {error,fallo,problema,causa,lección,truco,culpable,origen}_{fue,era,es,estaba} la_lección
        causa_{raíz,real,principal}_{fue,era,es} {deberíamos,debimos,debí,tendríamos}_haber*
        {deberíamos,debimos,debí,tendríamos}_que_haber* {en_retrospectiva,mirando_atrás}
        hay_que_{siempre,evitar,comprobar,revisar,verificar}
        {conviene,vale_la_pena,moraleja} {aprendido,aprendida}
    """,
    orders="""
        siempre nunca nunca_más jamás evitar
        no_{volver_a,olvidar,usar,confiar,hacer,ejecutar,tocar,lanzar,borrar,reiniciar}
        cuidado_con ojo_con recordar hay_que_siempre
    """,
    stories="""
        siempre_{que,llueve} nunca_{he,hemos,contest*,llegó}
        {problema,error,fallo,causa}_{fue,está,era}_{resuelt,solucionad,corregid,encontrad}*
    """,
    decided_within="""
        a_partir_de_ahora {decidimos,acordamos,hemos_decidido,se_decidió,se_acordó} en_adelante
        a_partir_{del,de}_{lunes,martes,miércoles,jueves,viernes,sábado,domingo}
    """,
    learned_within="""
        siempre_{antes,primero} la_próxima_vez nunca_más la_causa_{fue,era} hay_que_siempre
    """,
    taken="elegimos elegido usar usamos reemplazamos descartamos cambiamos preferimos",
    reasons="en_lugar_de en_vez_de en_vez porque ya_que antes_que nadie",
    us="*mos",
    pending="""
        sin_decisión por_decidir pendiente_de_decidir {falta,hay_que,queda_por,tenemos_que}_decidir
        {no,aún_no}_{hemos,se_ha}_* deberíamos_usar todavía_no se_{aplaza,aplazó}
    """,
    doubt="si quizá quizás podría propone propuso quiere preguntó tal_vez",
    about="decisión_{sobre,del,de_la}",
    decision_labels="""
        acuerdo acuerdos política convención norma resolución consenso veredicto acordado acordado_*
    """,
    lesson_labels="""
        conclusión causa causa_raíz moraleja regla aprendizaje error hallazgo ojo próxima_vez
        nota_mental
    """,
    open_labels="pregunta idea propuesta",
)
