"""Lines that people may log, by language: what they decided, what they learned, and the rest.

`TRIED` was at hand while the phrases of `memdeck.triage.languages` were written, `HELD_OUT` was
written after them and looked at once. Made up, as all that is tested with.
"""

from __future__ import annotations

from typing import Final

TRIED: Final = {
    "English": """
        Shipping labels will be printed in the warehouse only
        We're sticking to two-week sprints for the rest of the year
        Signed off with Ilse: the pilot ends on the 14th, no extension
        Customer exports are now capped at 10k rows
        Opted for a single bucket per customer rather than one per region
        Team call: no meetings before ten
        Dropping the Windows build, nobody downloads it
        Yael and I agreed that support closes at six
        It was decided to freeze the schema until March
        The hard way: rsync without a trailing slash copies the folder itself
        Should have checked the quota before starting the backfill
        It turns out that the printer sleeps after ten minutes
        Careful with the pager script, it silences everything for an hour
        What saved us was the nightly dump
        Make sure the feature flag is off before you drop the column
        Remember that the sandbox resets every Sunday
        Root cause of the outage: an expired certificate nobody watched
        Burned two hours because the VPN drops IPv6; disable it first
        Refunds go back to the original card, without exception
        After a long talk we landed on one queue per carrier
        Pallets get weighed twice before they leave, as of the first of March
        The proxy stays in front of the API for good
        Nightly builds: moved to the small runner, since nobody waits for them
        Verdict: no second warehouse this year
        Tomas and I settled the naming, kebab-case everywhere
        Weekly reports will be sent as plain text from now on
        Never assume the label printer is online
        The real culprit was the load balancer's idle timeout
        Had we read the changelog, the upgrade would have taken ten minutes
        Double-check the currency before sending invoices abroad
        Note to self: the replica lags by up to a minute after midnight
        Turns out nobody had been reading those alerts
    """,
    "German": """
        Wir steigen zum Quartalsende auf Postgres 17 um
        Pull Requests brauchen künftig zwei Freigaben
        Haben uns auf wöchentliche Auslieferungen geeinigt
        Festgelegt: Sicherungen liegen in zwei Rechenzentren
        Die alte API wird nicht weiter gepflegt, abgeschaltet im Juni
        Beim nächsten Mal erst die Sicherung prüfen, dann löschen
        Der Fehler lag an einer abgelaufenen Lizenz
        Nie am Freitag ausliefern
        Es hat sich gezeigt, dass kleine Stapel schneller durchlaufen
        Entschluss: kein zweites Lager in diesem Jahr
        Rückläufer werden ab März nur noch mit Beleg angenommen
        Wir setzen auf eine einzige Warteschlange, weil sie genügt
        Niemals zwei Importe gleichzeitig starten
        Hätten wir die Protokolle gelesen, wäre es in zehn Minuten erledigt gewesen
        Ursache: die Uhr ging neun Minuten vor
    """,
    "French": """
        On garde une seule file pour les colis
        Il a été décidé de fermer l'ancien portail en juin
        Nous passons à Kubernetes pour la préproduction
        Convenu avec Nadia : pas de mise en ligne le vendredi
        À partir de lundi, chaque lot est relu par deux personnes
        La prochaine fois, tester sur une copie
        La panne venait d'un certificat expiré
        Ne jamais supprimer sans compter d'abord
        On a appris que le capteur ment sous cinq degrés
        Attention à l'heure d'été : le cron tourne deux fois
        Tranché : une seule file pour tous
        On a choisi de ne plus imprimer les bordereaux
        Désormais les retours passent par le guichet
        Toujours vérifier le fuseau avant de comparer
        Il s'avère que le lecteur s'éteint au froid
        On aurait dû lire les journaux d'abord
    """,
    "Spanish": """
        Vamos a dejar de imprimir las facturas
        Se acordó mantener un solo almacén
        Nos quedamos con Redis para las sesiones
        A partir del lunes los despliegues salen por la mañana
        Elegimos Hetzner en vez de AWS por el precio
        La próxima vez avisar antes de reiniciar
        El fallo fue no revisar los permisos
        Nunca borrar sin contar antes
        Aprendimos que el lector se apaga con frío
        Conviene probar la restauración cada mes
        Acordado con Ilse: un solo proveedor de mapas
        Ya no aceptamos pedidos por correo
        Hemos decidido congelar el esquema hasta marzo
        La causa fue un disco lleno
        Hay que revisar siempre el huso horario
        Resulta que el lector miente con frío
    """,
    "Portuguese": """
        Ficou decidido que o suporte fecha às seis
        Vamos usar apenas uma fila
        A partir de agora os testes correm à noite
        Combinamos com a Nadia: nada de publicar à sexta
        Trocamos o MySQL pelo Postgres porque o time já conhece
        Na próxima vez, verificar o disco antes
        O erro foi apagar sem contar
        Nunca confiar no relógio do leitor
        Aprendemos que lotes pequenos terminam antes
        Lembrar de renovar o certificado em maio
        Decidiu-se congelar o esquema até março
        Passamos a enviar as faturas uma vez por mês
        Ficamos com um só fornecedor de mapas
        Deveríamos ter lido o registo antes
        O problema era um disco cheio
        Sempre contar antes de apagar
    """,
    "Italian": """
        Abbiamo scelto Redis per le code
        Da oggi in poi si pubblica solo al mattino
        È stato deciso di chiudere il vecchio portale
        Useremo un solo magazzino per le isole
        D'accordo con Nadia: niente rilasci di venerdì
        La prossima volta controllare prima il disco
        L'errore è stato riavviare tutto insieme
        Mai cancellare senza contare
        Abbiamo imparato che il lettore si spegne al freddo
        La causa era un certificato scaduto
        Si è deciso di congelare lo schema fino a marzo
        Non accettiamo più ordini per posta
        Passiamo a una sola coda per tutti
        Sempre contare prima di cancellare
        Avremmo dovuto leggere prima i registri
        È emerso che l'orologio era avanti di nove minuti
    """,
    "Dutch": """
        We hebben afgesproken dat er vrijdag niets live gaat
        Vanaf maandag draait alles op de nieuwe server
        Gekozen voor Redis in plaats van Memcached
        We houden één magazijn aan
        Afspraak met Nadia: retouren altijd binnen twee dagen
        Volgende keer eerst de schijf controleren
        De oorzaak was een verlopen certificaat
        Nooit verwijderen zonder te tellen
        We hebben geleerd dat de lezer uitvalt bij vorst
        Het bleek dat de klok negen minuten voorliep
        Voortaan gaan retouren via het loket
        Besloten om het schema tot maart te bevriezen
        We stoppen met papieren facturen
        Altijd eerst tellen, dan pas verwijderen
        Achteraf hadden we eerst de logboeken moeten lezen
        Het probleem was een volle schijf
    """,
    "Polish": """
        Postanowiliśmy zamknąć stary portal w czerwcu
        Od poniedziałku wdrażamy tylko rano
        Decyzja: jedna kolejka dla wszystkich przewoźników
        Zostajemy przy Postgresie
        Wybraliśmy Redis zamiast Memcached
        Następnym razem najpierw sprawdzić dysk
        Przyczyną był wygasły certyfikat
        Nigdy nie usuwać bez liczenia
        Nauczyliśmy się, że czytnik gaśnie na mrozie
        Wniosek: mniejsze partie kończą się szybciej
        Ustaliliśmy, że faktury wysyłamy raz w miesiącu
        Od teraz zwroty przyjmujemy tylko z paragonem
        Rezygnujemy z papierowych etykiet
        Zawsze liczyć przed usunięciem
        Okazało się, że dysk był pełny
        Trzeba było najpierw przeczytać logi
    """,
    "Russian": """
        Договорились не выкатывать по пятницам
        С понедельника все сборки идут ночью
        Остаёмся на Postgres до конца года
        Переходим на еженедельные релизы
        Решение: одна очередь на всех перевозчиков
        В следующий раз сначала проверить диск
        Причина была в просроченном сертификате
        Никогда не удалять без подсчёта
        Оказалось, что датчик врёт на морозе
        Урок: сперва копия, потом миграция
        Решили заморозить схему до марта
        Больше не принимаем заказы по почте
        Выбрали одного поставщика карт, он дешевле
        Всегда считать перед удалением
        Надо было сначала прочитать журналы
        Проблема была в переполненном диске
    """,
    "Ukrainian": """
        Вирішили закрити старий портал у червні
        Відтепер усі збірки йдуть уночі
        Домовилися не викочувати у п'ятницю
        Рішення: одна черга на всіх перевізників
        Залишаємося на Postgres
        Наступного разу спочатку перевірити диск
        Причиною був прострочений сертифікат
        Ніколи не видаляти без підрахунку
        Виявилося, що датчик бреше на морозі
        Висновок: менші партії швидші
        Погодили надсилати рахунки раз на місяць
        Переходимо на одного постачальника мап
        Більше не приймаємо замовлення поштою
        Завжди рахувати перед видаленням
        З'ясувалося, що диск був переповнений
        Треба було спершу прочитати журнали
    """,
    "Turkish": """
        Cuma günleri yayın yapmamaya karar verdik
        Bundan sonra tüm derlemeler gece çalışacak
        Redis yerine Postgres kullanacağız
        Karar: tüm taşıyıcılar için tek kuyruk
        Nadia ile anlaştık: iadeler iki gün içinde
        Bir dahaki sefere önce diski kontrol et
        Sorunun nedeni süresi dolmuş bir sertifikaydı
        Saymadan asla silme
        Okuyucunun soğukta kapandığını öğrendik
        Ders: önce yedek, sonra geçiş
        Şemayı marta kadar dondurma kararı aldık
        Artık postayla sipariş kabul etmiyoruz
        Faturalar bundan böyle ayda bir gönderilecek
        Silmeden önce her zaman say
        Meğer disk doluymuş
        Önce günlükleri okumalıydık
    """,
    "Hebrew": """
        החלטנו לסגור את הפורטל הישן ביוני
        מעכשיו כל הבניות רצות בלילה
        סוכם עם נדיה: אין עדכונים ביום שישי
        נשארים עם פוסטגרס עד סוף השנה
        החלטה: תור אחד לכל המובילים
        בפעם הבאה לבדוק קודם את הדיסק
        הסיבה הייתה תעודה שפגה
        לעולם לא למחוק בלי לספור
        התברר שהחיישן טועה בקור
        לקח: קודם גיבוי ואחר כך שדרוג
        הוחלט להקפיא את הסכמה עד מרץ
        אנחנו כבר לא מקבלים הזמנות בדואר
        עוברים לספק מפות אחד
        תמיד לספור לפני מחיקה
        הבעיה הייתה דיסק מלא
        היינו צריכים לקרוא קודם את היומנים
    """,
    "Arabic": """
        قررنا إغلاق البوابة القديمة في يونيو
        من الآن فصاعدا تعمل البنايات ليلا
        اتفقنا مع نادية على عدم النشر يوم الجمعة
        سنستخدم طابورا واحدا لكل الناقلين
        القرار: نبقى على بوستجرس
        في المرة القادمة افحص القرص أولا
        كان السبب شهادة منتهية
        لا تحذف أبدا قبل العد
        تعلمنا أن المستشعر يخطئ في البرد
        الدرس: النسخ الاحتياطي أولا
        تقرر تجميد المخطط حتى مارس
        لن نقبل الطلبات بالبريد بعد اليوم
        انتقلنا إلى مزود خرائط واحد
        يجب دائما العد قبل الحذف
        اتضح أن القرص كان ممتلئا
        كان علينا قراءة السجلات أولا
    """,
    "Hindi": """
        हमने जून में पुराना पोर्टल बंद करने का फैसला किया
        अब से सभी बिल्ड रात में चलेंगे
        तय हुआ कि शुक्रवार को रिलीज़ नहीं होगी
        निर्णय: सभी के लिए एक ही कतार
        हम Redis की जगह Postgres इस्तेमाल करेंगे
        अगली बार पहले डिस्क जाँचें
        कारण था समाप्त हो चुका प्रमाणपत्र
        गिने बिना कभी न हटाएँ
        सीखा कि ठंड में सेंसर गलत बताता है
        सबक: पहले बैकअप, फिर अपग्रेड
        मार्च तक स्कीमा स्थिर रखने का निर्णय लिया गया
        हम अब डाक से ऑर्डर नहीं लेंगे
        सहमति बनी कि बिल महीने में एक बार जाएगा
        हटाने से पहले हमेशा गिनें
        पता चला कि डिस्क भरी हुई थी
        हमें पहले लॉग पढ़ने चाहिए थे
    """,
    "Chinese": """
        决定六月关闭旧门户
        从周一起所有构建改到夜里
        和娜迪亚约定周五不发布
        继续用 Postgres，不换数据库
        最终选择 Redis 而不是 Memcached
        下次先检查磁盘
        原因是证书过期
        删除之前一定要先数一遍
        原来传感器在低温下会出错
        教训：先备份，再升级
        大家同意三月前冻结表结构
        以后发票每月只寄一次
        不再接受邮寄订单
        删除前务必先数
        事后发现是磁盘满了
        当时应该先看日志
    """,
    "Japanese": """
        六月に旧ポータルを閉じることに決めた
        月曜からビルドはすべて夜に回す
        ナディアと合意：金曜はリリースしない
        Postgres を使い続けることにする
        方針：キューは一つだけにする
        次回は先にディスクを確認する
        原因は期限切れの証明書だった
        数えずに削除してはいけない
        センサーは寒いと間違えることが分かった
        教訓：まずバックアップ、次に移行
        三月までスキーマを凍結すると決めた
        今後は郵送の注文を受け付けない
        請求書は月に一度だけ送ることになった
        削除する前に必ず数える
        ディスクが満杯だったのが原因
        先にログを読むべきだった
    """,
    "Korean": """
        6월에 옛 포털을 닫기로 했다
        이제부터 모든 빌드는 밤에 돌린다
        나디아와 합의: 금요일에는 배포하지 않는다
        Postgres를 계속 쓰기로 결정했다
        결정: 모든 운송사에 큐 하나만 쓴다
        다음에는 먼저 디스크를 확인한다
        원인은 만료된 인증서였다
        세지 않고 절대 삭제하지 말 것
        센서는 추우면 틀린다는 것을 배웠다
        교훈: 백업 먼저, 그다음 업그레이드
        3월까지 스키마를 동결하기로 합의했다
        앞으로 우편 주문은 받지 않는다
        지도 업체를 하나로 통일하기로 함
        알고 보니 디스크가 가득 찼다
        먼저 로그를 읽었어야 했다
    """,
}
"""Decisions and lessons."""

HELD_OUT: Final = {
    "English": """
        Guests may book three weeks ahead, no more, starting in April
        Ilse and I went for the cheaper sensor because both read the same
        Resolution: the newsletter is dropped
        It's settled: Brightvan does the islands
        We're done with paper receipts
        Passwords must be twelve characters from now on
        Green light for the second printer
        The team voted against a mascot
        What I'd tell myself last week: read the limits page first
        Locks without a timeout will be held forever by somebody
        It was the cable again; swap it before opening the case
        Running the cleanup by hand cost us a day, schedule it
        Important: never edit the generated file
        The lesson here is that quiet hours hide slow queries
        Always leave a spare slot in the ferry table
        We found out the hard way that the mail relay drops attachments
    """,
    "German": """
        Neue Regel: Änderungen am Schema nur montags
        Wir verzichten auf den zweiten Drucker
        Merke: Leerzeichen im Namen brechen den Import
        Es stellte sich heraus, dass der Sensor nass war
    """,
    "French": """
        Nous avons opté pour un seul imprimeur
        Règle : pas de modification du schéma sans relecture
        Leçon apprise : compter avant d'effacer
        Ne jamais débrancher le boîtier pendant l'envoi
    """,
    "Spanish": """
        Quedó decidido: solo dos revisores por cambio
        De ahora en adelante los envíos salen a las ocho
        Moraleja: contar dos veces
        No volver a lanzar el informe de día
    """,
    "Portuguese": """
        Decisão: um único fornecedor de caixas
        Optamos por enviar tudo de manhã
        Lição: testar o alarme antes do feriado
        Da próxima vez, avisar a equipa primeiro
    """,
    "Italian": """
        Decisione: un solo fornitore di scatole
        Abbiamo optato per due revisori
        Lezione imparata: contare due volte
        Non riavviare mai il server di giorno
    """,
    "Dutch": """
        Besluit: één leverancier voor dozen
        We stappen over op digitale bonnen
        Les: eerst tellen
        Nooit overdag herstarten
    """,
    "Polish": """
        Ustalenie: jeden dostawca pudełek
        Od dziś paczki wychodzą o ósmej
        Lekcja: najpierw policzyć
        Okazało się, że czujnik był mokry
    """,
    "Russian": """
        Решено: один поставщик коробок
        С сегодняшнего дня посылки уходят в восемь
        Вывод: сначала считать
        Выяснилось, что датчик был мокрый
    """,
    "Ukrainian": """
        Вирішено: один постачальник коробок
        Обрали дешевший датчик, бо показує те саме
        Урок: спочатку рахувати
        Ніколи не вимикати реле вдень
    """,
    "Turkish": """
        Kural: şema değişiklikleri yalnızca pazartesi
        Tek kutu tedarikçisi ile devam etmeye karar verdik
        Öğrendik ki sensör ıslanınca yanlış ölçüyor
        Gündüz asla yeniden başlatma
    """,
    "Hebrew": """
        סוכם: ספק אחד לקופסאות
        מהיום החבילות יוצאות בשמונה
        מסקנה: קודם לספור
        אסור לאתחל את השרת ביום
    """,
    "Arabic": """
        تم الاتفاق على مورد واحد للصناديق
        ابتداء من اليوم تخرج الطرود في الثامنة
        خلاصة: العد أولا
        تبين أن المستشعر كان مبللا
    """,
    "Hindi": """
        फैसला: डिब्बों का एक ही विक्रेता
        आज से पार्सल आठ बजे निकलेंगे
        सीख: पहले गिनो
        दिन में कभी सर्वर बंद मत करो
    """,
    "Chinese": """
        定为每周一改表结构
        统一用一家纸箱供应商
        经验：先数再删
        不要在白天重启服务器
    """,
    "Japanese": """
        決定：箱の業者は一社にする
        明日から荷物は八時に出す
        学び：先に数える
        昼間は絶対に再起動しない
    """,
    "Korean": """
        방침: 상자 업체는 한 곳만 쓴다
        오늘부터 소포는 여덟 시에 나간다
        교훈: 먼저 세어 본다
        낮에는 절대 재시작하지 않는다
    """,
}
"""The same; some of them are not known for what they are."""

ORDINARY: Final = {
    "English": """
        Pushed the branch and asked Ben for a look
        We decided over lunch where to go for dinner tomorrow, still no idea
        Learned a few names of the new people
        Always nice to see Nadia in the office
        Next time slot at the dentist is on Tuesday
        The agreement with the landlord arrived by mail
        Ran the whole suite twice, both green
        Should we move the queue to another host?
        Moved the desk to the window
        I will use the train tomorrow
        Walked through the dashboard with Wen
        Decision on the van is postponed to Thursday
        Learned today that Oskar plays the cello
        Never got an answer from the landlord
        Could we use one queue for everything?
        Went over the agreement with the lawyer, 14 pages
        Reverted a commit of Ben, tests green again
        Ordered two lamps and a kettle
        Lunch with the new carrier, nice people
        Tested the ferry table, 12 of 12 pass
        Printed the rules for the kiosk
        Always a queue at the post office
        Wrote to the council about the bench
        Picked up the parcel at the station
    """,
    "German": """
        Mit Jonas über den Umzug gesprochen
        Entscheidung des Gerichts gelesen
        Ticket 42 geschlossen
        Noch nicht entschieden, wer die Rechnung zahlt
        Immer noch Regen, Außendienst verschoben
        Frage an Ilse: sollen wir den Anbieter wechseln?
        Drucker im Flur getauscht
        Treffen zur Entscheidung auf Donnerstag verlegt
        Regeln für den Kiosk ausgedruckt
    """,
    "French": """
        Réunion avec Priya à propos du stock
        Reçu la décision du tribunal
        Corrigé une faute dans le titre
        Pas encore décidé qui s'en charge
        Relancé le serveur, tout va bien
        Demandé à Ben s'il faut changer d'hébergeur
        Deux lampes commandées
        La décision sur le camion est reportée
        Déjeuner avec le nouveau transporteur
    """,
    "Spanish": """
        Hablé con Tomás sobre el mapa
        Llegó la decisión del juzgado
        Cerré tres tareas pendientes
        Todavía no hemos decidido el horario
        Siempre llueve los martes
        ¿Deberíamos cambiar de proveedor?
        Compré dos lámparas para la oficina
        La decisión sobre la furgoneta se aplaza
        Comida con la nueva transportista
    """,
    "Portuguese": """
        Falei com o Ben sobre o cais
        Chegou a decisão do tribunal
        Corrigi um erro de ortografia
        Ainda não decidimos quem paga
        Reunião curta com a equipa do porto
        Devemos mudar de fornecedor?
        Comprei duas lâmpadas
        A decisão sobre a carrinha foi adiada
        Almoço com a nova transportadora
    """,
    "Italian": """
        Parlato con Priya della mappa
        Arrivata la decisione del tribunale
        Corretto un refuso nel titolo
        Non abbiamo ancora deciso l'orario
        Riunione breve sul molo
        Dovremmo cambiare fornitore?
        Comprate due lampade
        La decisione sul furgone è rimandata
        Pranzo con il nuovo corriere
    """,
    "Dutch": """
        Met Ben gebeld over de haven
        Besluit van de rechtbank gelezen
        Typfout in de titel verbeterd
        Nog niet besloten wie betaalt
        Kort overleg over de kaart
        Moeten we van leverancier wisselen?
        Twee lampen gekocht
        Het besluit over de bus is uitgesteld
        Lunch met de nieuwe vervoerder
    """,
    "Polish": """
        Rozmowa z Benem o mapie
        Przyszła decyzja sądu
        Poprawiono literówkę w tytule
        Jeszcze nie zdecydowaliśmy, kto płaci
        Krótkie spotkanie o porcie
        Czy powinniśmy zmienić dostawcę?
        Kupione dwie lampy
        Decyzja w sprawie furgonetki odłożona
        Obiad z nowym przewoźnikiem
    """,
    "Russian": """
        Поговорил с Беном о карте
        Пришло решение суда
        Исправил опечатку в заголовке
        Пока не решили, кто платит
        Короткая встреча про порт
        Может, сменим поставщика?
        Купил две лампы
        Решение о фургоне отложили
        Обед с новым перевозчиком
    """,
    "Ukrainian": """
        Поговорив з Беном про карту
        Прийшло рішення суду
        Виправив помилку в заголовку
        Ще не вирішили, хто платить
        Коротка зустріч про порт
        Чи варто змінити постачальника?
        Купив дві лампи
        Рішення про фургон відклали
        Обід з новим перевізником
    """,
    "Turkish": """
        Ben ile harita hakkında konuştum
        Mahkemenin kararı geldi
        Başlıktaki yazım hatası düzeltildi
        Henüz kimin ödeyeceğine karar vermedik
        Liman hakkında kısa toplantı
        Tedarikçiyi değiştirmeli miyiz?
        İki lamba aldım
        Kamyonet kararı ertelendi
        Yeni taşıyıcıyla öğle yemeği
    """,
    "Hebrew": """
        דיברתי עם בן על המפה
        הגיעה החלטת בית המשפט
        תיקנתי שגיאת כתיב בכותרת
        עדיין לא החלטנו מי משלם
        פגישה קצרה על הנמל
        האם כדאי להחליף ספק?
        קניתי שתי מנורות
        ההחלטה על הרכב נדחתה
        ארוחת צהריים עם המוביל החדש
    """,
    "Arabic": """
        تحدثت مع بن عن الخريطة
        وصل قرار المحكمة
        صححت خطأ إملائيا في العنوان
        لم نقرر بعد من يدفع
        اجتماع قصير عن الميناء
        هل يجب أن نغير المزود؟
        اشتريت مصباحين
        تأجل القرار بشأن الشاحنة
        غداء مع الناقل الجديد
    """,
    "Hindi": """
        बेन से नक्शे के बारे में बात की
        अदालत का निर्णय आया
        शीर्षक की वर्तनी ठीक की
        अभी तय नहीं हुआ कि भुगतान कौन करेगा
        बंदरगाह पर छोटी बैठक
        क्या हमें विक्रेता बदलना चाहिए?
        दो लैंप खरीदे
        गाड़ी पर फैसला टल गया
        नए वाहक के साथ दोपहर का खाना
    """,
    "Chinese": """
        和本讨论了地图
        收到法院的决定书
        修了标题里的错别字
        还没决定谁付钱
        关于码头的短会
        要不要换供应商？
        买了两盏灯
        关于货车的决定推迟了
        和新承运商吃午饭
    """,
    "Japanese": """
        ベンと地図について話した
        裁判所の決定が届いた
        タイトルの誤字を直した
        誰が払うかまだ決まっていない
        港についての短い打ち合わせ
        業者を変えるべきか？
        ランプを二つ買った
        車両についての決定は延期
        新しい運送業者と昼食
    """,
    "Korean": """
        벤과 지도에 대해 이야기했다
        법원의 결정문이 도착했다
        제목의 오타를 고쳤다
        누가 낼지 아직 정하지 못했다
        항구에 대한 짧은 회의
        업체를 바꿔야 할까?
        전등 두 개를 샀다
        차량에 대한 결정이 미뤄졌다
        새 운송사와 점심
    """,
    "with tempting words": """
        Keep an eye on the disk of the twin
        We'll keep looking for the missing parcel
        Switched to branch fix/ledger and ran the suite
        Left early because of the storm
        Moved the boxes over to the cellar
        Changed the bulb over the door
        Removed the old tyres from the car
        Using the spare phone since Tuesday
        Kept talking until noon
        No errors after the restart
        No more errors since yesterday
        No answer from the harbour office on Monday
        Plus de 300 colis livrés aujourd'hui
        Les tests : tous verts
        Mai Abrechnung geprüft und abgelegt
        Nie działa skaner przy bramie
        Nie udało się połączyć z drukarką
        Besser geschlafen als gestern
        Better numbers than last week
        Starting next ticket after lunch
        Moving to the next parcel shelf
        We now have twelve customers on the islands
        We only saw two of them
        We always have coffee at ten
        The bug was fixed by Oskar
        Problem was solved during lunch
        Fix was merged and deployed
        El problema fue resuelto por Tomás
        Das Problem ist gelöst
        Проблема была решена
        Decision meeting with Ilse was short
        The rules of the contest were printed
        Read about the lessons of the harbour fire
        Should have the results by noon
        Next stop was the bakery's locker
        I will call the carrier tomorrow
        I always forget the code of the side door
        Ensure was spelled with an i in the invoice
        Sent 14 mails about the ferry slots
        Nadia stays at the hotel until Friday
        Ran the import for the third time, 41 rows
        Checked the scanner with Wen
        Rebased the branch and pushed
        Fixed three typos in the guide
        Error rate is 0.2 percent
        Latency p95 210 ms, queue empty
        Call with the bakery at two
        Opened ticket 55 about the label printer
        Heute mit Ilse die Karten sortiert
        Sauvegarde terminée, 3 Go
        Reunión con el puerto a las cuatro
        Backup notturno completato
        Vergadering met de haven om drie uur
        Kopia nocna zakończona
        Ночная копия готова, 3 ГБ
        Нічна копія готова
        Gece yedeği tamamlandı
        הגיבוי הלילי הסתיים
        اكتمل النسخ الليلي
        रात का बैकअप पूरा हुआ
        夜间备份完成
        夜間バックアップ完了
        야간 백업 완료
        和温讨论了港口的颜色
        港に電話した
        Can we use the other printer?
        Let's decide on Monday
        Idea: we will use one queue for all
        TODO: never mind, done
        Proposal: from now on ship at night
    """,
}
"""What happened, what is asked, what is open: with words of deciding and learning."""
