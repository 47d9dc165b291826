"""How Chinese-speaking people say that they decided or learned something. Data alone.

In both ways of writing, where they differ.
"""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

CHINESE: Final = Language(
    name="Chinese",
    decided="""
        决定 決定 我们决定 决定了 一致同意 达成一致 達成共識 达成共识 商定 约定 定为 選定 选定 敲定
        大家{同意,一致,决定,決定} 從現在起 从现在起 从今天起 今天起 从明天起 今后 今後 以后 以後
        往后 改用 改为 我们改 切换到 转用 弃用 不再 统一采用 采用 我们选择 最终选择 选择了 我们用
        拍板 最终决定 我们最终 統一使用 统一使用 統一用 统一用 一律 我们换 我们迁移 严禁 不得
        继续{用,使用,沿用} 繼續{用,使用,沿用} 从_*_起 從_*_起 与_*_约定 和_*_约定 跟_*_约定
    """,
    decided_within="从现在起 今后 決定 决定 一律 不再使用 约定",
    learned="""
        教训是 经验是 学到 学会了 原来 下次 是因为 应该先 应当先 不要再 发现原来 事后发现
        事实证明 吸取教训 根本原因 原因是 问题出在 错在 早知道 记住 切记 当时应该 本来应该
    """,
    learned_within="下次 原因是 是因为 应该先 不要再 千万 切记 一定要 务必 原来是",
    orders="""
        永远不要 千万 切勿 禁止 务必 必须 一定要 绝不 绝对不要 不要 别再 始终 总是先 避免
    """,
    stories="不要紧 必须承认",
    pending="等待决定 决定推迟 尚未 还没 還沒 未决定 要不要 是否 待定 不清楚",
    doubt="如果 也许 建议",
    about="的决定 的決定 决定书",
    decision_labels="规定 约定 共识 方针 结论 原则 决定 決定",
    lesson_labels="结论 結論 总结 原因 根本原因 教训 教訓 心得 经验 切记 踩坑",
    open_labels="问题 疑问 提议",
)
