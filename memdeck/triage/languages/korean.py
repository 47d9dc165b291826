"""How Korean-speaking people say that they decided or learned something. Data alone.

The verb comes last: much of it stands in `decided_last` and `learned_last`.
"""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

KOREAN: Final = Language(
    name="Korean",
    decided="앞으로는 앞으로 이제부터 오늘부터 내일부터 방침 결정했다 합의 더_이상",
    decided_last="""
        기로_했다 기로_결정 기로_함 기로_합의 하기로 바꾸기로 사용하기로 쓰기로 지_않기로 로_통일
        로_전환한다 로_합의 를_채택 을_채택
    """,
    decided_within="앞으로 결정했 결정함 결정됐",
    learned="""
        배운_점 다음에는 다음부터 다음번 원인은 근본_원인 알고_보니 교훈 교훈은 실수는 문제는 깨달은
    """,
    learned_last="것을_배웠다 알게_되었다 알게_됐다 했어야_했다 었어야_했다 았어야_했다",
    learned_within="다음에는 다음부터 반드시 절대 원인은 때문이었다 지_말_것 해야_한다",
    orders="반드시 항상 절대 꼭",
    pending="아직_*_못 아직_*_않 결정을_기다 미정 결정이_미뤄 정하지_못",
    doubt="혹시 만약",
    about="법원의 에_대한_결정",
    decision_labels="결론 방침 규칙 합의 원칙 결정",
    lesson_labels="교훈 원인 근본_원인 배운_점 주의점 깨달음",
    open_labels="질문 제안",
)
