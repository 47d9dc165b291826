"""How Japanese-speaking people say that they decided or learned something. Data alone.

The verb comes last: much of it stands in `decided_last` and `learned_last`.
"""

from __future__ import annotations

from typing import Final

from memdeck.triage.languages.language import Language

JAPANESE: Final = Language(
    name="Japanese",
    decided="""
        今後は これからは 以降は 本日から 今日から 明日から 方針として 結論 合意 今後も
    """,
    decided_last="""
        と決めた ことにした ことになった ことに決めた ことにする こととする 方針とする に統一する
        は禁止 で合意 を採用 に決めた に決定 に統一 をやめ に切り替え
    """,
    decided_within="今後 決めた と合意 から_*_にする から_*_に回す から_*_に変更する",
    learned="""
        分かったこと わかったこと 学んだ 次回 次から 原因は 根本原因 敗因 失敗の原因 反省 実は
        判明 教訓 教訓は
    """,
    learned_last="""
        と判明 ことが分かった ことがわかった ことを学んだ べきだった が原因だった のが原因
    """,
    learned_within="""
        次回 必ず 次から 絶対に が原因 原因だった てはいけない ないこと なければならない
        ほうがいい 方がよい
    """,
    orders="必ず 絶対に 決して 二度と 常に",
    pending="決定を待 決定は延期 未決定 まだ決 未定 検討中 べきか 分からない",
    doubt="もし かもしれ",
    about="の決定 についての決定",
    decision_labels="合意 取り決め ルール 規約 方針 約定 決定",
    lesson_labels="反省 反省点 気づき 学び 注意点 経験 原因 教訓 結論",
    open_labels="提案 質問",
)
