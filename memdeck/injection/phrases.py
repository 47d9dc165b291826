"""What instructions to a model look like in words, marks and calls, on folded text.

Each pattern is narrow: whoever works with agents logs of prompts, rules, tokens
and systems every day. An order is known by its verb in the form of an order (who
reports writes "ignored"), and by what it is about: instructions "above" or "yours".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Final

from memdeck.injection.languages import OVERRIDES, STEMS


class Reason(StrEnum):
    """Why a text reads like an instruction; each continues a sentence that begins with "it"."""

    OVERRIDE = "tells its reader to ignore its instructions"
    NEW = "claims to bring new instructions"
    ROLE = "gives its reader another role"
    ADDRESS = "speaks to a model"
    MARKS = "has the marks of a conversation with a model"
    CALL = "has the form of a tool call"
    REVEAL = "asks for the model's hidden instructions"
    SEND = "asks to send secrets away"
    RUN = "asks to run what is downloaded, or to delete files"
    CONCEAL = "asks to keep something from the user"
    HIDDEN = "holds characters that are not seen"
    ENCODED = "hides such an instruction in encoded text"


_GIVE_UP: Final = (
    r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|bypass(?:ing)?|neglect"
    r"|discard|set aside|throw away|pay no attention to|(?:do not|don't|dont|never) (?:follow"
    r"|obey|listen to|comply with)|(?:stop|quit) (?:following|obeying)|no longer (?:follow|obey)"
    r"|unlearn|delete|erase|wipe|nullify|void|supersede)"
)
_SET_ASIDE: Final = (
    r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|bypass(?:ing)?"
    r"|pay no attention to|(?:do not|don't|dont|never|no longer) (?:follow|obey)|(?:stop"
    r"|quit) (?:following|obeying))"
)
"""The same without words that are said of files and caches, too."""
_FILL: Final = (
    r"(?:all|any|every|each|of|the|this|that|these|those|and|or|other|own|current|existing|old"
    r"|given|hidden|default|user|operator|human|system|developer|safety|security|ethical|content"
    r"|core|my|our|its|their|of them)"
)
_BEFORE: Final = (
    r"(?:previous(?:ly)?|prior|earlier|above|preceding|foregoing|former|original|initial|your"
    r"|you'?r|past|last|aforementioned|predefined|pre-?set|built-in)"
)
_ORDERS: Final = (
    r"(?:instructions?|instruct|directives?|system ?prompts?|prompts?|system messages?"
    r"|guard ?rails?|programming|training|directions)"
)
_RULES: Final = (
    r"(?:rules?|guidelines?|orders?|commands?|constraints?|restrictions?|polic(?:y|ies))"
)
_GIVEN: Final = (
    r"(?:above|before|before this|so far|until now|up to now|(?:that )?you(?: have|'ve| were"
    r"|'re)? (?:been )?(?:given|told|received|read|learned)|that (?:came|were given) before"
    r"|from (?:the )?(?:system|developer|operator|your)\b)"
)
_SECRETS: Final = (
    r"(?:api[- ]?keys?|access (?:keys?|tokens?)|(?:auth|bearer|session|secret|github"
    r"|slack) ?tokens?|tokens?(?! (?:count|usage|budget|limit|cost|report|per|stat|number"
    r"|figure))|credentials?|passwords?|passphrases?|secrets?|private keys?|ssh keys?"
    r"|env(?:ironment)? (?:variables?|vars?)|\.env\b|id rsa|/etc/(?:passwd|shadow)|\.aws|\.ssh"
    r"|cookies|(?:whole |entire |full )?(?:conversation|chat(?: history)?|memory\.md"
    r"|memory files?|system prompt|context window))"
)
_TO: Final = (
    r"(?:https?://|[\w.+-]+@[\w-]+\.\w|(?:an?|this|the|my|our) (?:webhook|external|remote"
    r"|following|attacker|endpoint|url|server)|pastebin|webhook\.site|ngrok|requestbin|telegram"
    r"|discord|me\b)"
)
_DOWNLOADED: Final = (
    r"(?:(?:curl|wget|fetch|iwr|invoke-webrequest)\b[^|;&\n]{0,300}\|\s*(?:sudo )?(?:-\w+ )*(?:ba"
    r"|z|da|k|fi)?sh\b|(?:curl|wget)\b[^|;&\n]{0,300}\|\s*(?:sudo )?(?:python|perl|ruby|node|php)"
    r"|(?:ba|z|da)?sh (?:-c )?[\"']?[<$]\((?:curl|wget)|(?:source|\.|eval) [\"']?[<$]\((?:curl"
    r"|wget)|iex ?\(|invoke-expression|powershell(?:\.exe)? [^\n]{0,40}-e(?:nc|ncodedcommand)? "
    r"|rm -(?:rf|fr|r -f|f -r) (?:--no-preserve-root )?(?:/|~|\$home|\*)(?:\s|$|\*))"
)
_MODEL: Final = (
    r"(?:ai|a\.i\.|llms?|language models?|ai (?:assistants?|models?|agents?|systems?)|chat ?bots?"
    r"|assistants?|claude|chatgpt|gpt(?:-?\d\w*)?|gemini|copilot|grok|llama)"
)
_WHO: Final = (
    r"(?:the |your |any )?(?:users?|operators?|humans?|owners?|developers?|anyone|admins?)"
)
_LEAD: Final = r"(?:^|\n) ?[-*>\"' ]{0,4}(?:\d{1,2}:\d\d(?::\d\d)?[ -]{1,3})?"
"""How a line of a log begins before what it says: a bullet, a time."""

_PATTERNS: Final[dict[Reason, tuple[str, ...]]] = {
    Reason.OVERRIDE: (
        rf"\b{_GIVE_UP} (?:{_FILL} ){{0,4}}{_BEFORE} (?:(?:{_FILL}|{_BEFORE}) ){{0,4}}{_ORDERS}\b",
        rf"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|(?:do not|don't|never) (?:follow"
        rf"|obey)) (?:all|any|every) (?:{_FILL} ){{0,3}}(?:instructions|directives"
        rf"|system prompts?)\b(?! (?:in|on|of|from|for|about|to)\b)",
        rf"\b{_SET_ASIDE} (?:{_FILL} ){{0,3}}(?:system|developer) (?:prompt|message"
        rf"|instructions?)\b",
        rf"\b{_GIVE_UP} (?:{_FILL} ){{0,4}}(?:{_ORDERS}|{_RULES}) {_GIVEN}",
        rf"\b{_SET_ASIDE} (?:{_FILL} ){{0,4}}(?:previous(?:ly)?(?: given)?|prior|earlier"
        rf"|above) (?:(?:{_FILL}|{_BEFORE}) ){{0,3}}{_RULES}\b(?! (?:in|on|of|for|about)\b)",
        rf"\b{_SET_ASIDE} (?:{_FILL} ){{0,4}}your (?:(?:{_FILL}"
        rf"|{_BEFORE}) ){{0,3}}{_RULES}\b(?! (?:in|on|of)\b)",
        r"\b(?:ignore|disregard|bypass|override) (?:all |any |the )?(?:safety|security|content"
        r"|ethical) (?:filters?|guidelines?|restrictions?|protocols?|polic(?:y|ies))\b",
        r"\b(?:ignore|disregard|forget) (?:about )?(?:everything|anything|all|whatever"
        r"|what) (?:that )?(?:(?:is|was|came|written|said|stated) )*(?:above|before (?:this|now)"
        r"|previously|up to now|(?:you|i)(?:'ve|'re| have| were| had)? (?:been )?(?:told|said"
        r"|know|knew|learned|learnt|read|given|instructed))",
        rf"\b(?:(?:all|any|your) (?:{_FILL} )*{_BEFORE} (?:{_FILL} )*{_ORDERS}|{_ORDERS} (?:above"
        rf"|before this)) (?:is|are|were) (?:now )?(?:void|invalid|obsolete|cancelled|canceled"
        rf"|no longer|a test|fake|false|overridden|superseded)",
    ),
    Reason.NEW: (
        rf"(?:{_LEAD}|[.!?:;\n\"'(\[#>-] ?)(?:new|updated|revised|real|actual|true|special|secret"
        rf"|hidden|urgent) (?:system )?(?:instructions?|prompt|directives?"
        rf"|orders)(?: for you)? ?:",
        r"\byour (?:new|real|true|actual|only|primary|secret|updated) (?:instructions?|tasks?"
        r"|goals?|roles?|objectives?|missions?|purpose|orders?|directives?|job) (?:is|are|now"
        r"|will)\b",
        r"\b(?:this|the following) (?:message|instruction|note|line|text|entry"
        r"|memory)s? (?:overrides?|supersedes?|replaces?|takes? precedence over|has priority over"
        r"|invalidates?) (?:all|any|your|every|previous|the system|other instructions)",
        r"\bsystem (?:prompt )?override\b",
        r"\b(?:instead|now),? (?:you (?:must|should|will|shall|are to)|follow (?:these|my"
        r"|the following|only|this)) (?:\w+ ){0,4}(?:instructions?|orders?|commands?"
        r"|directives?)\b",
        r"\bfollow (?:only |exactly )?(?:my|these new|the new|the hidden) (?:instructions?"
        r"|orders?|commands?|directives?)\b",
    ),
    Reason.ROLE: (
        r"\byou are (?:now|actually|really|from now on|no longer) (?:an? |the |in |my |bound "
        r"|called |named )*(?:dan\b|unrestricted|uncensored|unfiltered|jailbroken|free (?:from"
        r"|of)|bound by|restricted|evil|malicious|(?:an?|the) (?:\w+ ){0,3}(?:ai|assistant"
        r"|chatbot|bot|model|hacker|root user|persona)\b|\w* ?(?:ai|assistant|chatbot"
        r"|language model|hacker|persona)\b|(?:developer|god|admin|jailbreak|unrestricted|debug"
        r"|maintenance|dan|root|sudo) mode)",
        r"\b(?:pretend|imagine|act|behave|respond|roleplay|role-play)(?:ing)? (?:to be"
        r"|that you are|you are|as(?: if you (?:are|were|had))?) (?:an? |the "
        r"|my )?(?:\w+ ){0,2}(?:dan\b|unrestricted|uncensored|unfiltered|jailbroken|evil"
        r"|malicious|hacker|no (?:rules|restrictions)|without (?:rules|restrictions|limits)"
        r"|root user|different (?:ai|assistant|model))",
        r"\bfrom (?:now|this point|this moment|here) on(?:wards?|ward)?,? you (?:are (?:an? |the "
        r"|my |dan\b|free |un\w+ed |no longer |to )|will (?:act|respond|answer|reply|obey|ignore"
        r"|only|always|never|comply)|must (?:obey|ignore|comply|only answer|always answer|respond"
        r"|reply)|shall|respond|answer|reply|obey|act as)",
        r"\b(?:dan|jailbreak|god|unrestricted|do anything now|no[- ]restrictions?) mode (?:on"
        r"|enabled|activated|:|is)",
        r"\b(?:enter|enable|activate|switch (?:in)?to|turn on) (?:dan|jailbreak|god|unrestricted"
        r"|do[- ]anything[- ]now|uncensored) mode\b",
        r"\byou (?:have|are granted|now have) (?:full |unlimited |unrestricted |root |admin "
        r"|complete )+(?:access|permissions?|authority|control)(?! to (?:the )?(?:docs"
        r"|documentation|wiki|repo))\b",
        r"\byou are (?:hereby )?(?:authori[sz]ed|permitted|allowed|free) to (?:bypass|ignore"
        r"|disable|disregard|run any|execute any|access (?:all|any)|break)",
    ),
    Reason.ADDRESS: (
        rf"(?:{_LEAD}|[.!?:;\n\"'(\[#>] ?)(?:attention|dear|hey|hello|listen"
        rf"|important(?: note)?(?: to| for)?|message (?:to|for)|note (?:to|for)) ,? ?(?:all |any "
        rf"|the |every )?{_MODEL}s? ?[,:!.-]",
        rf"\bif (?:you are|you're|this is being read by|you happen to be) (?:an? |the "
        rf"|any )?{_MODEL}\b(?! user)",
        rf"\b(?:any|every|the|all|to) {_MODEL}s? (?:that |who |which )?(?:reads?|reading|sees?"
        rf"|seeing|process(?:es|ing)?|summari[sz](?:es|ing)|pars(?:es|ing)|encounters?) this\b",
        rf"\bas (?:an? |the )?(?:{_MODEL}),? you (?:must|should|will|shall|are required|have to"
        rf"|need to)\b",
    ),
    Reason.MARKS: (
        r"<\|? ?(?:im[ _]start|im[ _]end|im[ _]sep|system|user|assistant|end ?of ?text"
        r"|end[ _]of[ _]turn|start[ _]of[ _]turn|eot[ _]id|start[ _]header[ _]id"
        r"|end[ _]header[ _]id|begin[ _]of[ _]text|eom[ _]id|python[ _]tag|end[ _]of[ _]prompt"
        r"|start|channel|message|return|endoftext) ?\|>",
        r"</?(?:start[ _]of[ _]turn|end[ _]of[ _]turn|system(?:[-_ ](?:prompt|message|reminder"
        r"|instructions?))?|assistant|developer[-_ ]?message|human[-_ ]turn)\s*>",
        r"\[/?inst\]|<</?sys>>|\[/?system[ _]prompt\]|<[|｜][^<>\n]{1,30}[|｜]>",
        rf"{_LEAD}#{{2,}} ?(?:instructions?|system|assistant|response) ?:",
        rf"{_LEAD}(?:assistant|ai|chatgpt|claude) ?: ?\S",
        r"\bhuman ?:.{1,2000}\bassistant ?:",
        rf"(?:{_LEAD}|[.!?] )\[?system(?: message| prompt)?\]? ?: ?(?:you (?:are|must|will|should"
        rf"|have)|your |ignore|disregard|forget|override|from now|new instruction|the assistant"
        rf"|the (?:ai|model) (?:must|should|will)|all previous)",
        r"[\"']role[\"'] ?: ?[\"'](?:system|assistant|developer|user|tool)[\"']",
        r"-{3,} ?(?:end|begin|start) (?:of )?(?:system |the )?(?:prompt|instructions?|context"
        r"|conversation|user input)",
    ),
    Reason.CALL: (
        r"<(?:antml:)?(?:function[ _]calls?|invoke name ?=|parameter name ?=|tool[ _](?:call|use"
        r"|result|code)s?|function ?=|function[ _]results?)",
        r"[\"'](?:name|tool|function|recipient[ _]name|tool[ _]name"
        r"|action)[\"'] ?: ?[\"'][\w .:/-]{1,60}[\"'] ?, ?[\"'](?:arguments|parameters|args|input"
        r"|action[ _]input|tool[ _]input|params)[\"'] ?:",
        r"[\"'](?:arguments|parameters|args|input"
        r"|params)[\"'] ?: ?\{[^\n]{0,400}\} ?, ?[\"'](?:name|tool|function)[\"'] ?:",
        r"[\"'](?:tool[ _]calls?|function[ _]call)[\"'] ?: ?[\[{]",
        r"[\"']type[\"'] ?: ?[\"'](?:tool[ _]use|tool[ _]call|function[ _]call"
        r"|tool[ _]result)[\"']",
        r"\bto=(?:functions|tools?)\.\w",
        r"(?:^|\n) ?action ?: ?[\w.-]+\s+action input ?:",
        r"\bdefault[ _]api\.\w+\(|print\(default[ _]api|```tool[ _]code",
    ),
    Reason.REVEAL: (
        r"\b(?:reveal|print|show|repeat|output|display|leak|expose|disclose|dump|recite|tell me"
        r"|give me|write out|share|quote|copy)(?:ing)? (?:(?:me|us|out|back|verbatim|exactly|all"
        r"|of|word for word|the|full|entire|complete|contents? of|text of) )*(?:your (?:(?:own"
        r"|full|entire|complete|original|initial|hidden|secret|exact|system"
        r"|developer) )*(?:instructions?|(?:system )?prompts?|rules|guidelines|system messages?"
        r"|configuration prompt)|(?:hidden|secret|confidential) (?:system )?(?:instructions"
        r"|prompts?)|(?:text|words|instructions?|everything) above (?:this|verbatim|starting))",
        r"\b(?:reveal|repeat|leak|disclose|exfiltrate|recite)(?:ing)? (?:(?:me|the|full|entire"
        r"|complete|whole|contents? of) )*system prompts?\b",
        r"\bwhat (?:is|are|was|were) your (?:(?:exact|original|initial|hidden|secret|system"
        r"|full) )+(?:instructions?|prompts?|rules)\b",
    ),
    Reason.SEND: (
        rf"\b(?:send|post|upload|forward|e-?mail|exfiltrate|transmit|leak|submit|push|pipe|copy"
        rf"|deliver|paste|include|append|encode"
        rf"|embed)(?:ing)?"
        rf" (?:(?!\bfrom\b)[^.;\n]){{0,80}}?(?<!\w){_SECRETS}[^.;\n]{{0,60}}?\b(?:to|at|into|in"
        rf"|via|with|on|through) (?:(?!\bci\b)[^;\n]){{0,30}}?{_TO}",
        r"\bexfiltrat(?:e|ing) (?:the |all |any |every |your |their )?(?:\w+ ){0,3}(?:data|files?"
        r"|secrets?|keys?|credentials?|tokens?|memor(?:y|ies))",
        r"!\[[^\]\n]*\]\("
        r" ?https?://[^)\s]*[?&][^)\s=]*=(?:\{|\$|<|\[|%7b|data\b|secrets?\b|token\b|base64)",
        r"\b(?:curl|wget|nc|invoke-webrequest)\b[^\n]{0,200}(?:(?:-d|--data(?:-\w+)?|-f|-t"
        r"|--upload-file|--post-file|<)[ =@\"']{0,4}(?:@|\$\(|`)?\s*(?:cat )?(?:~|/root|/home/\w+"
        r"|\$home)?/?[\w./]*(?:\.env\b|\.ssh|id rsa|\.aws|/etc/(?:passwd|shadow)|credentials"
        r"|memory\.md|\.netrc))",
        r"\b(?:cat|base64|tar|printenv|env"
        r"|type)\b[^\n|]{0,80}\| ?(?:base64 ?(?:-w ?0 ?)?\| ?)?(?:curl|nc|wget|ncat|socat)\b",
    ),
    Reason.RUN: (
        rf"(?:^|[:;>`(\[\"'\n]|\b(?:run|execute|type|paste|use|enter|invoke|do|eval|please|must"
        rf"|should|need to|always|first|then|and|now|just|with|via|following"
        rf"|command)\b)[^\n]{{0,60}}?{_DOWNLOADED}",
    ),
    Reason.CONCEAL: (
        rf"\b(?:do not|don't|dont|never) (?:tell|inform|notify|alert|warn|let|mention (?:this"
        rf"|it) to|reveal (?:this|it) to|show (?:this|it) to) {_WHO} (?:about (?:this|these|it"
        rf"|what)|of this|that you|what you|know)",
        r"\b(?:do not|don't|dont|never) (?:mention|reveal|disclose|repeat|show|report"
        r"|log) (?:this|these|any of this|that you) (?:instructions?|messages?|prompts?|notes?"
        r"|steps?|were|are|did|have|to)",
        rf"\bwithout (?:telling|informing|notifying|alerting|warning) {_WHO}\b",
        rf"\b(?:keep|hide|conceal) (?:this|it|these|them|what you) (?:\w+ ){{0,3}}?(?:secret "
        rf"|hidden )?from {_WHO}",
        rf"\bso (?:that )?{_WHO} (?:does not|doesn't|do not|don't|will not|won't|never) (?:notice"
        rf"|see|know|find)",
    ),
}
_PAST: Final = re.compile(
    r"\W*(?:\w+ed|ran|set|put|built|got|wrote|made|found|saw|kept|chose|read|took|told|went|took)\b"
)
"""Who begins so tells what was done, and does not ask for it."""
_STEMS: Final[dict[Reason, str]] = {
    Reason.OVERRIDE: (
        r"instruct|directive|prompt|system mess|guard ?rail|programming|training|rules?\b"
        r"|guideline|order|command|constrain|restrict|polic|everything|anything|whatever|forget"
        r"|disregard|ignore (?:all|what)|protocol|filter"
    ),
    Reason.NEW: (
        r"instruct|prompt|directive|orders|your |overrid|supersed|replaces|precedence|invalidat"
    ),
    Reason.ROLE: (
        r"you are|you have|from (?:now|this|here)| mode\b|pretend|imagine|act as|acting|behav"
        r"|respond|role-?play|jailbr"
    ),
    Reason.ADDRESS: (
        r"\bai\b|a\.i\.|llm|language model|chat ?bot|assistant|claude|gpt|gemini|copilot|grok"
        r"|llama"
    ),
    Reason.MARKS: (
        r"<[|｜/]|<< ?/?sys|inst\]|<s|<a|<d|<h|#{2}|assistant|\bai ?:|claude ?:|chatgpt ?:|system"
        r"|role[\"']|-{3}"
    ),
    Reason.CALL: (
        r"<f|<i|<p|<t|<antml|[\"'](?:name|tool|function|recipient|action|arg|param|input|type)"
        r"|to=|action ?:|default[ _]api|```tool"
    ),
    Reason.REVEAL: (r"prompt|instruct|your |above"),
    Reason.SEND: (
        r"send|post|upload|forward|mail|filtrat|transmit|leak|submit|push|pipe|copy|deliver|paste"
        r"|includ|append|encod|embed|!\[|curl|wget|\bnc\b|invoke-web|\| ?(?:base64|ncat|socat)"
    ),
    Reason.RUN: (r"curl|wget|fetch|iwr|invoke-|iex|powershell|rm -"),
    Reason.CONCEAL: (
        r"do not|don't|dont|never|without|keep|hide|conceal|so (?:that )?(?:the|your|any|user)"
    ),
}
"""What is in whatever the patterns of a reason match: looked for first, as most lines have none."""


@cache
def _patterns() -> dict[Reason, tuple[re.Pattern[str], ...]]:
    """Made when a line first needs them: that takes a while."""
    return {
        reason: tuple(re.compile(pattern) for pattern in patterns)
        for reason, patterns in _PATTERNS.items()
    }


@cache
def _stems() -> dict[Reason, re.Pattern[str]]:
    return {reason: re.compile(stems) for reason, stems in _STEMS.items()}


@cache
def _other_languages() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is in whatever they say of instructions, and how they say to ignore these."""
    return re.compile(STEMS), re.compile("|".join(f"(?:{each})" for each in OVERRIDES))


def reasons_in(text: str) -> Sequence[Reason]:
    """Why folded text reads like an instruction, each once."""
    found = [
        reason
        for reason, patterns in _patterns().items()
        if _stems()[reason].search(text) and any(_means(reason, each, text) for each in patterns)
    ]
    stems, overrides = _other_languages()
    if Reason.OVERRIDE not in found and stems.search(text) and overrides.search(text):
        found.append(Reason.OVERRIDE)
    return found


def _means(reason: Reason, pattern: re.Pattern[str], text: str) -> bool:
    match = pattern.search(text)
    if match is None:
        return False
    return reason is not Reason.RUN or not _is_told(text, match)


def _is_told(text: str, match: re.Match[str]) -> bool:
    """Whether a command is told of: `Installed it with curl ... | sh`."""
    ordered = re.search(r"\b(?:you|please|must|always|run this|execute)\b", text[: match.end()])
    return ordered is None and _PAST.match(text) is not None
