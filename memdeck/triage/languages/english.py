"""How English-speaking people say that they decided or learned something. Data alone."""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

ENGLISH: Final = Language(
    name="English",
    leads="""
        we i we've i've we'd we'll it it's they the our my a this that so and then now ok okay also
        just finally today yesterday jointly together have has had was is were been be team
        everyone all ultimately eventually important
    """,
    and_i="and_i",
    decided="""
        decided_{to,on,against,that,for,not,in,unanimously,together,today,yesterday,we,it,last,this}
        we_{,have_,just_,all_,finally_}decided i_{,have_,just_}decided team_decided
        agreed_{to,on,that,upon,with,not,unanimously,we,in,today,yesterday} we_{,have_,all_}agreed
        settled_{on,for,the} we_settled opt{ed,ing}_{for,to,against,in,out,not} landed_on
        resolved_{to,that,not} concluded_{that,to,we} committed_to voted_{to,for,against}
        ruled_out sign{ed,ing}_off_on sign{ed,ing}_off_with chose_to elected_to
        {formally_,}adopted adopting standardi{s,z}{ed,ing,e}_on
        consensus_{is,was} decision_{is,was,made,taken,to,reached} decision_has_been_{made,taken}
        final_{decision,call,answer,choice} made_the_{call,decision} plan_is_{now_,}to
        new_{rule,policy,convention,standard,default,process}_is
        {rule,policy,convention,agreement}_is
        switched_{to,from,over} switching_{from,over} migrat{ed,ing}_{to,from,away,off}
        moving_{away,off} moved_{from,away,off,over_to} we_moved_to {we_are,we're}_moving_to
        deprecat{ed,ing} dropp{ed,ing}_support stopp{ed,ing}_using discontinu{ed,ing}
        rejected_the_{idea,proposal,plan} {gave,giving,given}_up_on
        stick{ing,}_{with,to} stay{ing,}_with keeping_*_until
        {we're,we_are,i'm,i_am}_{now_,}{dropping,keeping,going_with,going_for,sticking_with}
        {we're,we_are}_{now_,}{sticking_to,staying,using,removing,retiring,replacing,stopping}
        {we're,we_are}_{now_,}{pausing,not_going_to,not_doing,not_using,no_longer,done_with}
        we_{always,never,no_longer,won't,prefer,keep,stay,stick,go_with} we_all_{keep,use,write}
        we_{stop,drop,require,ban,forbid,default_to}
        we_{now,only}_{use,run,do,keep,require,deploy,ship,build,accept,support,store,send,merge}
        {we_will,we'll,we_shall}_{go_with,go_for,use,keep,stick,stay,stop,drop,move_to,no_longer}
        {we_will,we'll,we_shall}_{not,never,always,only,switch,adopt,require,migrate,deprecate}
        {we_will,we'll,we_shall}_{standardi*,support,continue,remain,run,replace,remove,retire}
        {we_will,we'll,we_shall}_{ship,default,pin,limit,avoid}
        {i_will,i'll}_{no_longer,never,always,only,stick}
        {picked,chose,chosen,selected,prefer,preferred,preferring}_*_over
        no_longer from_now from_today from_tomorrow from_here_on from_this_{day,week,month}
        from_next_{week,month,monday,release,sprint,year} as_of_{today,now,this,next,tomorrow,the}
        {as_of,starting}_{monday,tuesday,wednesday,thursday,friday,saturday,sunday}
        as_of_{january,february,march,april,may,june}
        as_of_{july,august,september,october,november,december}
        starting_{today,now,tomorrow,from,with_the} {starting,beginning}_next_{week,month,monday}
        effective_{immediately,today,now,tomorrow,from,as_of}
        from_{monday,tuesday,wednesday,thursday,friday,saturday,sunday}_on
        going_forward moving_forward henceforth until_further_notice by_default_we
        wontfix won't_fix greenlit go_ahead_with signed_off all_*_must all_*_have_to
        every_*_{must,needs,has_to,requires} {nobody,no_one,only_*}_may default_is_now
        new_default_is made_*_the_default stop_{using,doing,supporting}
        no_{more_,}{deploys,releases,merges,meetings,pushes,rollouts}_*_{on,before,after,without}
        no_{more_,}{changes,commits,hotfixes,migrations,restarts}_*_{on,before,after,without}
        no_{force,direct,friday,manual,weekend}_{deploys,releases,merges,pushes,rollouts,commits}
    """,
    learned="""
        learn{ed,t}_{that,the_hard_way,to,not,it,how} {we,i}_{,have_}learn{ed,t}
        lesson{,s}_{learned,learnt,is,was,here,from,for_me,of_the_day} turns_out turned_out
        takeaway{,s}_{is,was,from} found_out_{that,the_hard_way,why} discovered_that
        {realised,realized,understood}_{that,the,we,too,why,only}
        figured_out_{that,why} worth_{knowing,remembering,noting} it_pays_to pays_to better_to
        {big,biggest,real,main,first,only,actual,root}_{mistake,error,lesson,problem}_{was,is}
        {underlying_,}{mistake,error,problem,culprit,fault}_{was,turned_out}
        {bug,cause,blunder,trap,catch,gotcha}_{was,turned_out}
        {real,actual,true,main}_{culprit,fault,bug,trap,catch,gotcha,reason}_{was,is,turned_out}
        {mistake,trick,catch,trap,gotcha,moral,lesson,key,secret,insight}_is
        trick_{was,that} {key,secret}_was_to
        {root,real,actual,underlying}_cause{,s}_{was,is,were,turned,found,identified}
        {main,true,probable}_cause{,s}_{was,is,were,turned,found,identified}
        root_cause_{of,analysis_shows}
        reason_{was,it_failed,it_broke,for_the_{outage,failure,bug,incident,crash}}
        {outage,failure,incident}_was {was,were}_caused_by caused_by
        {outage,failure,incident,crash,delay,bug}_{came,stemmed,resulted}_from
        should_have shouldn't_have should_not_have could_have_avoided
        would_have_{helped,caught,saved} had_we_{known,read,checked,tested,looked,asked}
        if_only_we_had in_hindsight in_retrospect with_hindsight looking_back hindsight
        note_for_next_time next_time_{we,i,check,do,use,first,run,start,ask,test,read,make,set}
        next_time_{try,before,don't,look,bring,the} for_{next_time,future_reference,the_future}
        for_the_record note_to_self moral_of_the
        what_{worked,helped,fixed_it,saved,bit_us,went_wrong,we_missed}
        {fix,solution,trick}_that_{worked,helped} {fix,solution,answer,workaround}_{was,is_to}
        better_{a,an,one,two,to,no,ask,be}_*_than good_to_know
        {got_,got_badly_,}{bitten,burned,burnt,caught_out}_by {wrongly_,}assumed
        assumption_{was,that} {burned,burnt,lost,wasted}_*_{because,before} cost_us
        rule_of_thumb best_practice good_practice pro_tip hard-won golden_rule_is the_hard_way
    """,
    orders="""
        always never do_not don't must_{always,never,not} mustn't avoid make_sure ensure be_sure
        be_{careful,wary,aware} careful_{with,when,about,not} need_to_always beware watch_out
        mind_that remember_{to,that} keep_in_mind bear_in_mind double-check don't_forget
        do_not_forget better_not please_{always,never,don't}
    """,
    stories="""
        never_{heard,got,mind,seen,saw,had,been,came,found,did,made,went,knew,answered,gave,ran,a}
        don't_{know,think,have,see,understand,remember,mind,care,worry} do_not_{know,think,have,see}
        always_{a,the,on,on-*,nice,good,been} always-* ensure_{was,is} next_time_{slot,is_on}
        {bug,problem,issue,error,cause,fault,failure,outage,incident}_was_{fixed,solved,found,gone}
        {bug,problem,issue,error,cause,fault,failure,outage,incident}_was_{reported,closed,not,over}
        {bug,problem,issue,error,cause,fault,failure,outage,incident}_was_{resolved,discussed}
        {fix,solution,workaround}_was_{merged,deployed,shipped,released,reviewed,approved}
        keep_{an_eye,you,me,seeing,getting,losing,looking,having,trying,hearing,going,on,wondering}
        we_keep_{an_eye,seeing,getting,losing,looking,having,trying,hearing,going,wondering}
        we'll_{keep_{an_eye,you,looking,trying},stop_by,stay_{tuned,late}}
        we_{always,never}_{had,got,have,get,see,saw,heard,knew,did,found,forget}
        switched_to_{branch,the_branch,a_branch,a_new_branch,main,master}
        should_have_{the,a,an,it,this,results,more,some,all} decision_{meeting,paper}
    """,
    decided_within="""
        from_now_on from_today_on going_forward we_{,have_}{decided,agreed}
        {was,were,is,been}_{decided,agreed} decided_to agreed_{to,that}
        {,will_}no_longer_{be,use,accept,support} instead_of_*_we we_now_use
        {we_will,we'll}_{use,go_with,stick_with,keep,no_longer} until_further_notice for_good
        {is,are,becomes}_{now_,}the_{new_,}default {is,are}_{now_,}{forbidden,banned,mandatory}
        {is,are}_now_{capped,limited,required,optional,frozen,pinned,deprecated,disabled}
        {is,are}_{not_,no_longer_}allowed {will,must,may}_only
        without_exception no_exceptions will_be_*_only we_{settled,landed}_on
        from_{monday,tuesday,wednesday,thursday,friday,saturday,sunday}
        as_of_{the,next,january,february,march,april,june,july,august,september,october,november}
    """,
    learned_within="""
        turns_out turned_out next_time must_not must_never must_always make_sure
        always_{check,use,include,set,run,test,read,ask,start,verify,do,make,keep}
        never_{use,run,do,trust,again} the_hard_way {root_,}cause_was caused_by in_hindsight
        should_have lesson{,s}_learned
    """,
    taken="""
        picked chose chosen selected going_{with,for} went_{with,for} keep{ing,} kept
        replac{ed,ing} dropp{ed,ing} mov{ed,ing}_{to,onto,into,off,from} reject{ed,ing} using
        swapp{ed,ing} prefer{,red,ring} favo{u,}r{ed,ing} ditch{ed,ing} remov{ed,ing} kill{ed,ing}
        abandon{ed,ing} scrapp{ed,ing} retir{ed,ing} approved use us{ed,ing} chang{ed,ing}_to
        switching_to *builds_moved *jobs_moved *tests_moved
    """,
    reasons="""
        instead_of rather_than no_better in_favo{u,}r_of because as_it so_that due_to for_good
        since_{it,they,we,nobody,no_one,that,there,our,its,the,everyone,ops,most,all} nobody no_one
    """,
    us="we we'll we've",
    pending="""
        no_{decision,agreement,consensus,lesson}
        decision_{pending,needed,is_needed,postponed,deferred,open}
        to_be_{decided,agreed,confirmed} not_{yet_,}{been_,}{decided,agreed,settled,chosen,sure}
        {hasn't,haven't,isn't,wasn't,didn't}_{been_,yet_,}{decide,agree}* undecided decide_later
        postponed deferred whether never_mind nothing_{was_,has_been_,is_,}{decided,agreed}
        still_{unknown,unclear,open} {still,had,have}_no_{idea,clue,answer}
        {have,has,need,needs,want,wants,still}_to_{decide,agree,choose,settle} decided_nothing
        {will,would,can,could,may,might,shall,should,must,let's,please}_decide {unknown,unclear}_yet
        {should,shall,could}_we maybe_we perhaps_we if_we tbd {un,un}known_so_far
    """,
    doubt="""
        if maybe perhaps might could would should asked asks wonder* propos* suggest* consider*
        discuss* thinks thinking want* wants hope hopes plans_to try_to tried_to waiting looking_for
        whether
    """,
    about="""
        decision_{on,about,of,meeting,paper} lesson_plan {rule,rules}_of_the_{game,contest}
    """,
    decision_labels="""
        policy policies convention conventions agreement agreements consensus verdict outcome
        approved rejected resolution ruling settled standard mandate adopted choice preferred
        final_{call,answer,word} preference principle going_forward from_now_on
        new_{rule,process,default,standard} plan_of_record ground_rule
    """,
    lesson_labels="""
        conclusion conclusions learning learnings finding findings insight insights moral nb psa
        heads-up heads_up gotcha pitfall root_cause cause hard-won hindsight mistake takeaway
        beware warning caution watch_out next_time for_next_time remember rule the_hard_way
        what_{i,we}_learn{ed,t} moral_of_the_story postmortem post-mortem rca realisation
        realization observation caveat today_i_learned til best_practice anti-pattern
        what_{went_wrong,worked}
    """,
    open_labels="""
        todo to_do question questions q idea ideas proposal proposed suggestion open pending tbd
        maybe option options draft
    """,
)
