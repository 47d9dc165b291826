"""How other languages tell a reader to ignore its instructions.

Of each language the words for giving up, for what came before, and for
instructions, in either order, near each other. All are folded as the text is:
small letters without marks.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_NEAR: Final = r"[^.!?;\n]{0,40}?"
_CLOSE: Final = r"[^。！？.!?;\n]{0,14}?"


def _words(text: str) -> str:
    """Alternatives with their marks taken off, as the folded text has none."""
    bare = unicodedata.normalize("NFKD", text)
    plain = "".join(each for each in bare if unicodedata.category(each) != "Mn")
    return unicodedata.normalize("NFC", plain).casefold()


# Giving up, what came before (or is yours), instructions. Stems, as endings change.
_SPACED: Final = {
    "de": (
        r"ignorier(?:e|en|t)?|missachte[nt]?|vergiss|vergesst|vergessen|verwirf|uebergeh(?:e|en)?"
        r"|übergeh(?:e|en)?|befolge(?:n|t)? nicht|beachte[nt]? nicht|setze",
        r"vorherig\w*|bisherig\w*|vorig\w*|früher\w*|obig\w*|alle\w*|vorangegangen\w*|dein\w*"
        r"|ihre\w*"
        r"|ursprünglich\w*|eure\w*",
        r"anweisung\w*|instruktion\w*|vorgabe\w*|systemprompt\w*|system-prompt\w*|prompts?"
        r"|befehle?\w*",
    ),
    "fr": (
        r"ignore[rz]?|oublie[rz]?|neglige[rz]?|ne (?:suis|suivez|tiens|tenez) p(?:as|lus)"
        r"|outrepasse[rz]?"
        r"|contourne[rz]?|fais abstraction|faites abstraction",
        r"precedente?s?|anterieure?s?|ci-dessus|toutes? (?:les|tes|vos)|tes|vos|initiale?s?"
        r"|d'avant|reçues",
        r"instructions?|consignes?|directives?|prompts?(?: systeme)?|ordres",
    ),
    "es": (
        r"ignor(?:a|e|ar|en|ad)|olvid(?:a|e|ar|en|ad)|desestim(?:a|e|ar)|haz caso omiso|hagan?"
        r" caso omiso"
        r"|no (?:sigas|siga|obedezcas|obedezca)|descart(?:a|e|ar)|omit(?:e|a|ir)|pasa por alto",
        r"anterior(?:es)?|previ[ao]s?|precedentes?|de arriba|tod[ao]s (?:las|los|tus|sus)|tus"
        r"|sus|inicial(?:es)?",
        r"instruccion(?:es)?|indicacion(?:es)?|directrices|ordenes|prompts?(?: del sistema)?"
        r"|consignas?",
    ),
    "pt": (
        r"ignor(?:a|e|ar|em)|esqueç(?:a|am)|esquec(?:a|e|er)|desconsider(?:a|e|ar|em)"
        r"|desobedeç(?:a|am)"
        r"|não (?:siga|obedeça)|descart(?:a|e|ar)",
        r"anterior(?:es)?|previ[ao]s?|acima|tod[ao]s (?:as|os)|suas?|seus?|iniciais|precedentes?",
        r"instruç(?:ão|ões)|instruc(?:ao|oes)|diretrizes|ordens|orientaç(?:ão|ões)|comandos"
        r"|prompts?(?: do sistema)?",
    ),
    "it": (
        r"ignor(?:a|are|ate|i)|dimentica(?:re|te)?|trascura(?:re|te)?|non (?:seguire|rispettare"
        r"|obbedire)"
        r"|tralascia(?:re|te)?|scarta(?:re|te)?",
        r"precedent[ei]|anterior[ei]|sopra|tutte le|tutti gli|tue|tuoi|vostre|iniziali",
        r"istruzion[ei]|direttiv[ae]|indicazion[ei]|ordini|prompt(?: di sistema)?",
    ),
    "nl": (
        r"negeer|negeren|vergeet|vergeten|sla over|volg niet|laat varen",
        r"vorige|eerdere|voorgaande|bovenstaande|alle|je|jouw|uw",
        r"instructies?|aanwijzing(?:en)?|opdracht(?:en)?|richtlijnen|(?:systeem)?prompts?",
    ),
    "pl": (
        r"(?:z)?ignoruj(?:cie)?|zignorowac|zapomnij(?:cie)?|pomin(?:cie)?|nie (?:przestrzegaj"
        r"|wykonuj)|odrzuc",
        r"poprzedni\w*|wczesniejsz\w*|powyzsz\w*|wszystki\w*|swoj\w*|twoj\w*",
        r"instrukcj\w*|polecen\w*|wytyczn\w*|prompt\w*",
    ),
    "ru": (
        r"игнорируй(?:те)?|проигнорируй(?:те)?|забудь(?:те)?|не (?:следуй|выполняй|обращай)(?:те)?"
        r"|отмени(?:те)?|отбрось(?:те)?",
        r"предыдущ\w*|прежн\w*|вышеуказанн\w*|все|всё|свои|твои|ваши|системн\w*|предшествующ\w*",
        r"инструкци\w*|указани\w*|команд\w*|промпт\w*|директив\w*|правил\w*",
    ),
    "uk": (
        r"ігноруй(?:те)?|проігноруй(?:те)?|забудь(?:те)?|не (?:дотримуйся|виконуй)(?:те)?",
        r"попередн\w*|усі|всі|вищезазначен\w*|свої|твої|ваші",
        r"інструкці\w*|вказівк\w*|команд\w*|промпт\w*|правил\w*",
    ),
    "cs": (
        r"ignoruj(?:te)?|zapomen(?:te)?|zapomeň(?:te)?|nedodržuj(?:te)?|přehlížej(?:te)?",
        r"předchozí\w*|predchoz\w*|dřívější\w*|všechny|výše uveden\w*|své|tvé",
        r"instrukc\w*|pokyn\w*|příkaz\w*|prompt\w*",
    ),
    "sv": (
        r"ignorera|glöm|bortse från|strunta i|följ inte|ignorer|glem|se bort fra|følg ikke",
        r"tidigare|föregående|ovanstående|alla|dina|tidligere|forrige|ovenstående|alle|dine",
        r"instruktion(?:er(?:na)?)?|anvisningar|direktiv|instruksjon(?:er)?|instrukser"
        r"|systemprompt\w*|prompt\w*",
    ),
    "fi": (
        r"ohita|unohda|jätä huomiotta|älä noudata|älä välitä",
        r"aiem\w*|edelli\w*|kaikki|yllä olev\w*|omat",
        r"ohje(?:et|ita|ista|en)?|ohjeet|käsky\w*|kehot(?:te|teet)\w*",
    ),
    "tr": (
        r"yok say\w*|görmezden gel\w*|unut\w*|dikkate alma\w*|uyma\w*|gormezden gel\w*",
        r"önceki|tüm|yukarıdaki|bütün|daha önceki|onceki|tum|yukaridaki",
        r"talimat\w*|yönerge\w*|komut\w*|istem\w*|yonerge\w*",
    ),
    "id": (
        r"abaikan|lupakan|jangan (?:ikuti|patuhi)|hiraukan",
        r"sebelumnya|semua|di atas|seluruh|anda",
        r"instruksi|perintah|arahan|prompt",
    ),
    "vi": (
        r"bỏ qua|quên|phớt lờ|không tuân theo|đừng làm theo",
        r"trước(?: đó| đây)?|tất cả|mọi|ở trên|bên trên",
        r"hướng dẫn|chỉ dẫn|chỉ thị|lệnh|lời nhắc",
    ),
    "ro": (
        r"ignor[aă](?:ti|ți)?|uit[aă](?:ti|ți)?|nu (?:urma|respecta)",
        r"anterioare?|precedente?|toate|de mai sus",
        r"instrucțiun\w*|instructiun\w*|indicați\w*|directive\w*|promptul\w*",
    ),
    "el": (
        r"αγνόησε|αγνοήστε|ξέχασε|ξεχάστε|μην ακολουθ\w*|παράβλεψε",
        r"προηγούμεν\w*|όλες|παραπάνω|τις",
        r"οδηγί\w*|εντολ\w*|προτροπ\w*",
    ),
    "ar": (
        r"تجاهل(?:وا|ي)?|انس(?:ى|وا)?|لا تتبع|اهمل|أهمل",
        r"السابق\w*|جميع|كل|أعلاه|السالف\w*",
        r"التعليمات|تعليمات\w*|الأوامر|أوامر|التوجيهات|الارشادات|الإرشادات",
    ),
    "fa": (
        r"نادیده بگیر\w*|فراموش کن\w*|پیروی نکن\w*",
        r"قبلی|پیشین|بالا|تمام|همه",
        r"دستور(?:ات|العمل)?\w*|راهنمایی\w*",
    ),
    "he": (
        r"התעלם|התעלמי|התעלמו|שכח|שכחי|אל תציית",
        r"הקודמות|הקודמים|כל|לעיל|הקודמת",
        r"ההוראות|הוראות|ההנחיות|הנחיות",
    ),
    "hi": (
        r"अनदेखा कर\w*|नजरअंदाज कर\w*|नज़रअंदाज़ कर\w*|भूल जा\w*|उपेक्षा कर\w*|ध्यान न दें",
        r"पिछले|पिछली|पूर्व|सभी|उपरोक्त|पहले",
        r"निर्देश\w*|आदेश\w*|अनुदेश\w*",
    ),
}
# Without spaces between words, and so without a word's edges.
_UNSPACED: Final = {
    "zh": (
        r"忽略|无视|無視|忘记|忘記|忽视|忽視|不要(?:遵循|遵守|理会|理會)|不必遵守|放弃|放棄|覆盖|覆蓋",
        r"之前|以前|先前|前面|上面|上述|以上|此前|所有|全部|你的|您的|系统|系統|原有|原来",
        r"指令|指示|提示词|提示詞|提示|命令|说明|說明|规则|規則|要求|设定|設定",
    ),
    "ja": (
        r"無視|忘れ|従わない|従うな|破棄|無効に|無効化",
        r"これまで|以前|今まで|前の|上記|すべて|全て|あなたの|先の|以上|最初の|システム",
        r"指示|命令|プロンプト|指令|ルール|規則|インストラクション",
    ),
    "ko": (
        r"무시|잊어|잊으|따르지 ?마|따르지 ?말|버리",
        r"이전|기존|앞선|앞의|위의|위에|모든|지금까지|너의|당신의|시스템",
        r"지시|지침|명령|프롬프트|규칙",
    ),
    "th": (
        r"ละเว้น|เพิกเฉย|ลืม|ไม่ต้องสนใจ|อย่าทำตาม",
        r"ก่อนหน้า|ทั้งหมด|ข้างต้น|เดิม|ที่ผ่านมา",
        r"คำสั่ง|คำแนะนำ|พรอมต์|ข้อกำหนด",
    ),
}


def _orders(first: str, second: str, third: str, gap: str, edge: str) -> list[str]:
    """The three in the orders in which languages put them."""
    a, b, c = (f"{edge}(?:{each}){edge}" for each in (first, second, third))
    near = (a, b, c), (a, c, b), (b, c, a), (c, b, a)
    return [gap.join(each) for each in near]


def _patterns() -> tuple[str, ...]:
    found: list[str] = []
    for languages, gap, edge in ((_SPACED, _NEAR, r"\b"), (_UNSPACED, _CLOSE, "")):
        for words in languages.values():
            giving_up, before, orders = map(_words, words)
            found += _orders(giving_up, before, orders, gap, edge)
    return tuple(found)


OVERRIDES: Final = _patterns()
"""Patterns of all languages, for folded text."""

STEMS: Final = "|".join(
    _words(each)
    for each in (
        *("anweis", "instruktion", "vorgabe", "befehl", "consigne", "directiv", "instrucc"),
        *("indicacion", "directric", "ordenes", "instruc", "diretriz", "orienta", "comando"),
        *("istruzion", "direttiv", "indicazion", "ordini", "instructie", "aanwijzing", "opdracht"),
        *(
            "richtlijn",
            "instrukc",
            "polecen",
            "wytyczn",
            "инструкци",
            "указани",
            "команд",
            "промпт",
        ),
        *("директив", "правил", "інструкці", "вказівк", "pokyn", "prikaz", "instruk", "anvisning"),
        *("ohje", "kasky", "kehot", "talimat", "yonerge", "komut", "istem", "perintah", "arahan"),
        *("hướng dẫn", "chỉ dẫn", "chỉ thị", "lệnh", "lời nhắc", "οδηγι", "εντολ", "προτροπ"),
        *("تعليمات", "أوامر", "التوجيهات", "رشادات", "دستور", "راهنمایی", "הוראות", "הנחיות"),
        *("निर्देश", "आदेश", "अनुदेश", "指令", "指示", "提示", "命令", "说明", "說明", "规则", "規則"),
        *(
            "要求",
            "设定",
            "設定",
            "プロンプト",
            "ルール",
            "インストラクション",
            "지시",
            "지침",
            "명령",
        ),
        *("프롬프트", "규칙", "คำสั่ง", "คำแนะนำ", "พรอมต์", "ข้อกำหนด"),
    )
)
"""What is in whatever the patterns can match: looked for first, as most lines have none of it."""
