"""What pages put around and into articles, in the languages that the made documents speak.

Written for the fit from general knowledge of such pages; a heading may be in the data as well.
"""

from __future__ import annotations

from typing import NamedTuple


class BoxWords(NamedTuple):
    """Phrases of one language: headings of boxes of links, what comes before a single link, calls to
    subscribe, words over ads, buttons, words of players, words of menus."""

    related: tuple[str, ...]
    read_more: tuple[str, ...]
    newsletter: tuple[str, ...]
    ad: tuple[str, ...]
    share: tuple[str, ...]
    video: tuple[str, ...]
    menu: tuple[str, ...]


def _split(*fields: str) -> BoxWords:
    return BoxWords(*(tuple(field.split("|")) for field in fields))


BOX_WORDS: dict[str, BoxWords] = {
    "en": _split(
        "Related|Related Articles|Related Stories|More on this story|Most Read|Most Popular|"
        "Editor's Picks|Editors' Picks|Recommended|You may also like|Don't miss|Trending|Latest News|"
        "Top Stories|More from us|Recommended Stories|In case you missed it|More to read|"
        "From our partners|Popular now",
        "Read more:|READ MORE:|Read also:|SEE ALSO:|MORE:|RELATED:|Related:|Also read:|Watch:|"
        "Don't miss:|Recommended:",
        "Sign up for our newsletter|Get the day's top stories in your inbox|Enter your email|"
        "Your email address|Subscribe|"
        "By signing up you agree to our Terms of Service and Privacy Policy.|"
        "Get our free daily briefing|Sign up|Thank you for subscribing!|Join thousands of readers",
        "Advertisement|ADVERTISEMENT|Story continues below advertisement|Article continues below|"
        "Sponsored|Ad|AD|Advertising|Continue reading below|Promoted",
        "Share|Tweet|Facebook|Twitter|WhatsApp|Email|Print|Copy link|Share on Facebook|Share on X|"
        "LinkedIn|Save|Comments",
        "Play Video|Video Player is loading.|Current Time 0:00|Duration 1:32|Loaded: 0%|Unmute|"
        "Fullscreen|Watch the video|Now playing|Up next|This is a modal window.|Replay",
        "Home|News|World|Politics|Business|Sport|Culture|Opinion|Travel|Health|Science|Technology|"
        "Weather|Video|Subscribe|Sign in|Contact|About us|Jobs|Archive|Local|Education|Money|Food|"
        "Style",
    ),
    "de": _split(
        "Mehr zum Thema|Das könnte Sie auch interessieren|Meistgelesen|Lesen Sie auch|"
        "Weitere Artikel|Aktuelle Nachrichten|Empfehlungen der Redaktion|Verwandte Themen|Beliebt|"
        "Auch interessant",
        "Lesen Sie auch:|Mehr dazu:|Lesen Sie mehr:|Auch interessant:|Video:|Weiterlesen:",
        "Newsletter abonnieren|Jetzt anmelden|Ihre E-Mail-Adresse|"
        "Der tägliche Überblick in Ihrem Postfach|"
        "Mit der Anmeldung stimmen Sie unseren Datenschutzbestimmungen zu.|Kostenlos anmelden",
        "Anzeige|ANZEIGE|Werbung|Artikel wird unter der Anzeige fortgesetzt|Gesponsert",
        "Teilen|Twittern|Drucken|Merken|E-Mail|Link kopieren|Kommentare|Per WhatsApp teilen",
        "Video abspielen|Das Video wird geladen|Ton an|Vollbild|Zum Video|Jetzt ansehen",
        "Startseite|Politik|Wirtschaft|Sport|Kultur|Wissen|Reise|Gesundheit|Panorama|Meinung|Lokales|"
        "Wetter|Abo|Anmelden|Impressum|Kontakt|Auto|Digital|Karriere|Podcasts",
    ),
    "fr": _split(
        "À lire aussi|Sur le même sujet|Les plus lus|Articles similaires|À ne pas manquer|"
        "Nos dernières actualités|Vous aimerez aussi|Recommandé pour vous",
        "À lire aussi :|Lire aussi :|LIRE AUSSI :|Lire également :|À voir :|Voir aussi :",
        "Inscrivez-vous à notre newsletter|Votre adresse e-mail|"
        "Recevez chaque matin l'essentiel de l'actualité|Je m'inscris|"
        "En vous inscrivant, vous acceptez nos conditions d'utilisation.",
        "Publicité|PUBLICITÉ|La suite après la publicité|Contenu sponsorisé",
        "Partager|Tweeter|Imprimer|Envoyer par mail|Copier le lien|Commenter|Enregistrer",
        "Lire la vidéo|Voir la vidéo|Chargement de la vidéo|Plein écran|Durée 1:45",
        "Accueil|Politique|Monde|Économie|Sport|Culture|Société|Santé|Sciences|Voyages|Idées|Météo|"
        "Vidéos|S'abonner|Se connecter|Contact|Emploi|Annonces",
    ),
    "es": _split(
        "Te puede interesar|Noticias relacionadas|Lo más leído|Artículos relacionados|"
        "También te puede gustar|Últimas noticias|Más información|Recomendados",
        "Lea también:|Lee también:|LEE TAMBIÉN:|Te puede interesar:|Más información:|Mira también:",
        "Suscríbete a nuestro boletín|Tu correo electrónico|Recibe cada mañana las noticias del día|"
        "Suscribirme|Al suscribirte aceptas nuestra política de privacidad.",
        "Publicidad|PUBLICIDAD|Continúa leyendo después de la publicidad|Patrocinado",
        "Compartir|Tuitear|Imprimir|Enviar por correo|Copiar enlace|Comentarios|Guardar",
        "Ver video|Reproducir vídeo|Cargando vídeo|Pantalla completa|Silenciar",
        "Inicio|Política|Economía|Mundo|Deportes|Cultura|Opinión|Sociedad|Salud|Tecnología|Viajes|"
        "Clima|Videos|Suscríbete|Iniciar sesión|Contacto|Empleo",
    ),
    "pt": _split(
        "Leia também|Notícias relacionadas|Mais lidas|Veja também|Últimas notícias|Recomendadas para você",
        "Leia também:|LEIA MAIS:|Veja também:|Saiba mais:",
        "Assine nossa newsletter|Seu e-mail|Receba as notícias do dia|Cadastre-se|"
        "Ao se cadastrar você aceita os termos de uso.",
        "Publicidade|PUBLICIDADE|Continua após a publicidade|Conteúdo patrocinado",
        "Compartilhar|Tuitar|Imprimir|Enviar por e-mail|Copiar link|Comentários",
        "Assistir ao vídeo|Reproduzir vídeo|Carregando|Tela cheia",
        "Início|Política|Economia|Mundo|Esportes|Cultura|Opinião|Saúde|Tecnologia|Viagem|Educação|"
        "Entrar|Assine|Contato|Empregos",
    ),
    "it": _split(
        "Leggi anche|Articoli correlati|I più letti|Potrebbe interessarti|Ultime notizie|Da non perdere",
        "Leggi anche:|LEGGI ANCHE:|Guarda anche:|Approfondisci:",
        "Iscriviti alla newsletter|Il tuo indirizzo email|Ogni mattina le notizie nella tua casella|"
        "Iscriviti|Iscrivendoti accetti le condizioni d'uso.",
        "Pubblicità|PUBBLICITÀ|Continua a leggere dopo la pubblicità|Contenuto sponsorizzato",
        "Condividi|Stampa|Invia per email|Copia link|Commenti|Salva",
        "Guarda il video|Riproduci video|Caricamento|Schermo intero",
        "Home|Politica|Economia|Esteri|Sport|Cultura|Opinioni|Salute|Scienze|Viaggi|Meteo|Video|"
        "Abbonati|Accedi|Contatti|Lavoro",
    ),
    "nl": _split(
        "Lees ook|Meer over dit onderwerp|Meest gelezen|Gerelateerde artikelen|Laatste nieuws|Aanbevolen",
        "Lees ook:|LEES OOK:|Bekijk ook:|Meer lezen:",
        "Schrijf je in voor onze nieuwsbrief|Je e-mailadres|Elke ochtend het nieuws in je mailbox|"
        "Inschrijven",
        "Advertentie|ADVERTENTIE|Artikel gaat verder onder de advertentie|Gesponsord",
        "Delen|Twitteren|Afdrukken|Mailen|Link kopiëren|Reacties|Bewaren",
        "Video afspelen|Bekijk de video|Laden|Volledig scherm",
        "Home|Nieuws|Politiek|Economie|Buitenland|Sport|Cultuur|Opinie|Gezondheid|Wetenschap|Reizen|"
        "Weer|Abonneren|Inloggen|Contact|Vacatures",
    ),
    "sv": _split(
        "Läs också|Relaterade artiklar|Mest läst|Senaste nytt|Fler artiklar",
        "Läs också:|LÄS OCKSÅ:|Läs mer:|Se även:",
        "Prenumerera på vårt nyhetsbrev|Din e-postadress|Få nyheterna i din inkorg|Anmäl dig",
        "Annons|ANNONS|Artikeln fortsätter under annonsen",
        "Dela|Tweeta|Skriv ut|Kopiera länk|Kommentarer|Spara",
        "Spela video|Se klippet|Laddar|Helskärm",
        "Hem|Nyheter|Politik|Ekonomi|Sport|Kultur|Ledare|Debatt|Hälsa|Vetenskap|Resor|Väder|Logga in|"
        "Kontakt|Jobb",
    ),
    "no": _split(
        "Les også|Relaterte saker|Mest lest|Siste nytt|Flere saker",
        "Les også:|LES OGSÅ:|Les mer:|Se også:",
        "Meld deg på nyhetsbrevet|Din e-postadresse|Få nyhetene i innboksen|Meld meg på",
        "Annonse|ANNONSE|Artikkelen fortsetter under annonsen",
        "Del|Del på Facebook|Skriv ut|Kopier lenke|Kommentarer",
        "Spill av video|Se video|Laster|Fullskjerm",
        "Hjem|Nyheter|Politikk|Økonomi|Sport|Kultur|Meninger|Helse|Forskning|Reise|Vær|Logg inn|"
        "Kontakt|Jobb",
    ),
    "da": _split(
        "Læs også|Relaterede artikler|Mest læste|Seneste nyt|Flere artikler",
        "Læs også:|LÆS OGSÅ:|Læs mere:|Se også:",
        "Tilmeld dig vores nyhedsbrev|Din e-mailadresse|Få dagens nyheder i din indbakke|Tilmeld",
        "Annonce|ANNONCE|Artiklen fortsætter efter annoncen",
        "Del|Udskriv|Kopiér link|Kommentarer|Gem",
        "Afspil video|Se videoen|Indlæser|Fuld skærm",
        "Forside|Nyheder|Politik|Økonomi|Sport|Kultur|Debat|Sundhed|Videnskab|Rejser|Vejret|Log ind|"
        "Kontakt|Job",
    ),
    "fi": _split(
        "Lue myös|Aiheeseen liittyvää|Luetuimmat|Uusimmat|Suosittelemme",
        "Lue myös:|LUE MYÖS:|Lue lisää:|Katso myös:",
        "Tilaa uutiskirje|Sähköpostiosoitteesi|Päivän uutiset sähköpostiisi|Tilaa",
        "Mainos|MAINOS|Juttu jatkuu mainoksen jälkeen",
        "Jaa|Tulosta|Kopioi linkki|Kommentit|Tallenna",
        "Toista video|Katso video|Ladataan|Koko näyttö",
        "Etusivu|Uutiset|Politiikka|Talous|Urheilu|Kulttuuri|Mielipide|Terveys|Tiede|Matkailu|Sää|"
        "Kirjaudu|Yhteystiedot",
    ),
    "pl": _split(
        "Czytaj także|Zobacz również|Najczęściej czytane|Powiązane artykuły|Polecane|Najnowsze|"
        "Przeczytaj też",
        "Czytaj także:|CZYTAJ TAKŻE:|Zobacz też:|Przeczytaj również:|Więcej:",
        "Zapisz się do newslettera|Twój adres e-mail|Codziennie najważniejsze wiadomości|Zapisz się|"
        "Zapisując się, akceptujesz regulamin.",
        "Reklama|REKLAMA|Dalsza część artykułu pod reklamą|Materiał sponsorowany",
        "Udostępnij|Tweetuj|Drukuj|Wyślij e-mailem|Kopiuj link|Komentarze|Zapisz",
        "Odtwórz wideo|Zobacz film|Ładowanie|Pełny ekran",
        "Strona główna|Wiadomości|Polityka|Gospodarka|Sport|Kultura|Opinie|Zdrowie|Nauka|Podróże|"
        "Pogoda|Zaloguj się|Kontakt|Praca|Forum|Galerie",
    ),
    "cs": _split(
        "Čtěte také|Související články|Nejčtenější|Nejnovější|Mohlo by vás zajímat",
        "Čtěte také:|ČTĚTE TAKÉ:|Více zde:|Podívejte se:",
        "Přihlaste se k odběru novinek|Váš e-mail|Každé ráno zprávy do schránky|Odebírat",
        "Reklama|REKLAMA|Článek pokračuje pod reklamou",
        "Sdílet|Vytisknout|Poslat e-mailem|Kopírovat odkaz|Diskuse",
        "Přehrát video|Podívejte se na video|Načítání|Celá obrazovka",
        "Domů|Zprávy|Politika|Ekonomika|Sport|Kultura|Názory|Zdraví|Věda|Cestování|Počasí|"
        "Přihlásit se|Kontakty|Práce",
    ),
    "hu": _split(
        "Olvassa el ezt is|Kapcsolódó cikkek|Legolvasottabb|Legfrissebb|Ajánlott",
        "Olvasd el ezt is:|Bővebben:|Nézd meg:",
        "Iratkozzon fel hírlevelünkre|E-mail cím|Feliratkozás",
        "Hirdetés|HIRDETÉS|A cikk a hirdetés után folytatódik",
        "Megosztás|Nyomtatás|Link másolása|Hozzászólások",
        "Videó lejátszása|Betöltés|Teljes képernyő",
        "Címlap|Belföld|Külföld|Gazdaság|Sport|Kultúra|Vélemény|Egészség|Tudomány|Utazás|Időjárás|"
        "Belépés|Kapcsolat",
    ),
    "ro": _split(
        "Citește și|Articole similare|Cele mai citite|Ultimele știri|Recomandări",
        "Citește și:|CITEȘTE ȘI:|Vezi și:|Mai mult:",
        "Abonează-te la newsletter|Adresa ta de e-mail|Primește știrile zilei|Abonează-te",
        "Publicitate|PUBLICITATE|Articolul continuă după publicitate",
        "Distribuie|Tipărește|Copiază linkul|Comentarii",
        "Redă videoclipul|Se încarcă|Ecran complet",
        "Acasă|Știri|Politică|Economie|Sport|Cultură|Opinii|Sănătate|Știință|Călătorii|Vremea|"
        "Autentificare|Contact",
    ),
    "el": _split(
        "Διαβάστε επίσης|Σχετικά άρθρα|Δημοφιλή|Τελευταία νέα|Περισσότερα|Ροή ειδήσεων|Προτεινόμενα",
        "Διαβάστε επίσης:|ΔΙΑΒΑΣΤΕ ΑΚΟΜΑ:|Δείτε επίσης:|Διαβάστε περισσότερα:",
        "Εγγραφείτε στο newsletter|Το email σας|Οι ειδήσεις της ημέρας στο email σας|Εγγραφή",
        "Διαφήμιση|ΔΙΑΦΗΜΙΣΗ|Το άρθρο συνεχίζεται μετά τη διαφήμιση",
        "Κοινοποίηση|Εκτύπωση|Αποστολή|Αντιγραφή συνδέσμου|Σχόλια",
        "Αναπαραγωγή βίντεο|Δείτε το βίντεο|Φόρτωση|Πλήρης οθόνη",
        "Αρχική|Πολιτική|Οικονομία|Κόσμος|Αθλητισμός|Πολιτισμός|Απόψεις|Υγεία|Επιστήμη|Ταξίδια|"
        "Καιρός|Σύνδεση|Επικοινωνία|Αγγελίες",
    ),
    "ru": _split(
        "Читайте также|Материалы по теме|Самое читаемое|Популярное|Последние новости|Рекомендуем|"
        "Новости по теме|Ещё по теме",
        "Читайте также:|ЧИТАЙТЕ ТАКЖЕ:|Смотрите также:|Подробнее:|По теме:",
        "Подпишитесь на рассылку|Ваш e-mail|Главные новости дня на вашу почту|Подписаться|"
        "Подписываясь, вы соглашаетесь с условиями.",
        "Реклама|РЕКЛАМА|Продолжение после рекламы|На правах рекламы",
        "Поделиться|Твитнуть|Распечатать|Отправить|Скопировать ссылку|Комментарии|ВКонтакте|Одноклассники",
        "Смотреть видео|Видео загружается|Во весь экран|Включить звук",
        "Главная|Новости|Политика|Экономика|В мире|Спорт|Культура|Общество|Здоровье|Наука|"
        "Происшествия|Погода|Войти|Контакты|Вакансии|Архив",
    ),
    "uk": _split(
        "Читайте також|Матеріали за темою|Найпопулярніше|Останні новини|Рекомендуємо",
        "Читайте також:|ЧИТАЙТЕ ТАКОЖ:|Дивіться також:|Докладніше:",
        "Підпишіться на розсилку|Ваш e-mail|Підписатися",
        "Реклама|РЕКЛАМА|Продовження після реклами",
        "Поділитися|Роздрукувати|Скопіювати посилання|Коментарі",
        "Дивитися відео|Завантаження|На весь екран",
        "Головна|Новини|Політика|Економіка|Світ|Спорт|Культура|Суспільство|Здоров'я|Наука|Погода|"
        "Увійти|Контакти|Архів",
    ),
    "tr": _split(
        "İlgili Haberler|En çok okunanlar|Son dakika|Önerilen haberler|Bunlar da ilginizi çekebilir",
        "Ayrıca okuyun:|İLGİLİ HABER:|Bunu da okuyun:|Devamı:",
        "Bültenimize abone olun|E-posta adresiniz|Abone ol",
        "Reklam|REKLAM|Haberin devamı reklamdan sonra",
        "Paylaş|Yazdır|Bağlantıyı kopyala|Yorumlar",
        "Videoyu izle|Yükleniyor|Tam ekran",
        "Ana Sayfa|Gündem|Siyaset|Ekonomi|Dünya|Spor|Kültür|Sağlık|Bilim|Seyahat|Hava Durumu|Giriş|"
        "İletişim|Yazarlar",
    ),
    "id": _split(
        "Baca juga|Berita terkait|Terpopuler|Berita terbaru|Rekomendasi",
        "Baca juga:|BACA JUGA:|Lihat juga:|Selengkapnya:",
        "Berlangganan buletin kami|Alamat email Anda|Daftar",
        "Iklan|IKLAN|ADVERTISEMENT|SCROLL TO CONTINUE WITH CONTENT",
        "Bagikan|Cetak|Salin tautan|Komentar",
        "Putar video|Memuat|Layar penuh",
        "Beranda|Berita|Politik|Ekonomi|Dunia|Olahraga|Budaya|Opini|Kesehatan|Sains|Wisata|Cuaca|"
        "Masuk|Kontak",
    ),
    "vi": _split(
        "Tin liên quan|Đọc nhiều nhất|Tin mới nhất|Có thể bạn quan tâm|Xem thêm",
        "Xem thêm:|Đọc thêm:|Tin liên quan:",
        "Đăng ký nhận bản tin|Email của bạn|Đăng ký",
        "Quảng cáo|QUẢNG CÁO|Nội dung tài trợ",
        "Chia sẻ|In bài|Sao chép liên kết|Bình luận",
        "Xem video|Đang tải|Toàn màn hình",
        "Trang chủ|Thời sự|Chính trị|Kinh tế|Thế giới|Thể thao|Văn hóa|Ý kiến|Sức khỏe|Khoa học|"
        "Du lịch|Thời tiết|Đăng nhập|Liên hệ",
    ),
    "th": _split(
        "ข่าวที่เกี่ยวข้อง|ข่าวยอดนิยม|ข่าวล่าสุด|อ่านเพิ่มเติม|แนะนำสำหรับคุณ",
        "อ่านเพิ่มเติม:|ข่าวที่เกี่ยวข้อง:|ดูเพิ่มเติม:",
        "สมัครรับจดหมายข่าว|อีเมลของคุณ|สมัคร",
        "โฆษณา|เนื้อหาต่อด้านล่าง",
        "แชร์|พิมพ์|คัดลอกลิงก์|ความคิดเห็น",
        "เล่นวิดีโอ|กำลังโหลด|เต็มจอ",
        "หน้าแรก|ข่าว|การเมือง|เศรษฐกิจ|ต่างประเทศ|กีฬา|วัฒนธรรม|สุขภาพ|วิทยาศาสตร์|ท่องเที่ยว|อากาศ|"
        "เข้าสู่ระบบ|ติดต่อเรา",
    ),
    "ar": _split(
        "اقرأ أيضا|مواضيع ذات صلة|الأكثر قراءة|آخر الأخبار|قد يعجبك أيضا",
        "اقرأ أيضا:|شاهد أيضا:|المزيد:",
        "اشترك في نشرتنا البريدية|بريدك الإلكتروني|اشترك",
        "إعلان|إعلانات",
        "شارك|تغريد|طباعة|نسخ الرابط|تعليقات",
        "شاهد الفيديو|جار التحميل|ملء الشاشة",
        "الرئيسية|أخبار|سياسة|اقتصاد|العالم|رياضة|ثقافة|آراء|صحة|علوم|سفر|الطقس|تسجيل الدخول|اتصل بنا",
    ),
    "fa": _split(
        "مطالب مرتبط|پربازدیدترین|آخرین اخبار|بیشتر بخوانید",
        "بیشتر بخوانید:|همچنین بخوانید:|ببینید:",
        "عضویت در خبرنامه|ایمیل شما|ثبت نام",
        "تبلیغات|آگهی",
        "اشتراک گذاری|چاپ|کپی لینک|نظرات",
        "پخش ویدیو|در حال بارگذاری|تمام صفحه",
        "خانه|اخبار|سیاست|اقتصاد|جهان|ورزش|فرهنگ|جامعه|سلامت|دانش|سفر|هوا|ورود|تماس با ما",
    ),
    "he": _split(
        "כתבות נוספות|הנקראות ביותר|חדשות אחרונות|אולי יעניין אותך",
        "קראו גם:|ראו גם:|עוד בנושא:",
        "הירשמו לניוזלטר|כתובת הדואר שלך|הרשמה",
        "פרסומת|תוכן ממומן",
        "שתפו|הדפסה|העתקת קישור|תגובות",
        "נגן וידאו|טוען|מסך מלא",
        "ראשי|חדשות|פוליטיקה|כלכלה|עולם|ספורט|תרבות|דעות|בריאות|מדע|תיירות|מזג אוויר|התחברות|צור קשר",
    ),
    "hi": _split(
        "ये भी पढ़ें|संबंधित खबरें|सबसे ज्यादा पढ़ी गई|ताजा खबरें",
        "ये भी पढ़ें:|यह भी पढ़ें:|और पढ़ें:",
        "न्यूज़लेटर के लिए साइन अप करें|आपका ईमेल|सब्सक्राइब करें",
        "विज्ञापन|Advertisement",
        "शेयर करें|प्रिंट|लिंक कॉपी करें|टिप्पणियां",
        "वीडियो देखें|लोड हो रहा है|पूर्ण स्क्रीन",
        "होम|समाचार|राजनीति|व्यापार|दुनिया|खेल|संस्कृति|विचार|स्वास्थ्य|विज्ञान|यात्रा|मौसम|लॉग इन|संपर्क",
    ),
    "zh": _split(
        "相关新闻|相关阅读|热门文章|推荐阅读|最新消息|延伸阅读|猜你喜欢|点击排行|热点新闻",
        "相关阅读：|延伸阅读：|更多：|推荐：|另见：",
        "订阅我们的新闻简报|请输入您的邮箱|立即订阅",
        "广告|推广|赞助内容",
        "分享到|微博|微信|打印|复制链接|评论|收藏",
        "播放视频|正在加载|全屏",
        "首页|新闻|国内|国际|财经|体育|娱乐|文化|科技|健康|教育|旅游|汽车|房产|图片|视频|论坛|博客|登录|注册|联系我们",
    ),
    "ja": _split(
        "関連記事|おすすめ記事|人気記事|アクセスランキング|最新ニュース|あわせて読みたい",
        "関連記事：|あわせて読む：|続きを読む：|関連：",
        "メールマガジンに登録|メールアドレス|登録する",
        "広告|PR|スポンサーリンク",
        "シェア|ツイート|印刷|リンクをコピー|コメント|ブックマーク",
        "動画を再生|読み込み中|全画面",
        "ホーム|ニュース|政治|経済|国際|スポーツ|文化|オピニオン|健康|科学|旅行|天気|ログイン|会員登録|お問い合わせ",
    ),
    "ko": _split(
        "관련 기사|많이 본 뉴스|추천 기사|최신 뉴스|인기 기사",
        "관련 기사:|더 보기:|함께 읽기:",
        "뉴스레터 구독|이메일 주소|구독하기",
        "광고|스폰서",
        "공유하기|인쇄|링크 복사|댓글|스크랩",
        "동영상 재생|로딩 중|전체 화면",
        "홈|뉴스|정치|경제|국제|스포츠|문화|오피니언|건강|과학|여행|날씨|로그인|회원가입|문의",
    ),
}  # fmt: skip
MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "October", "Nov", "December")
OUTLETS = (
    "Daily Courier", "The Herald", "Reuters", "Tech Wire", "Evening Post", "City News", "Staff Writer", "AFP",
    "Associated Press", "Tribune", "Newsroom", "ANSA", "dpa", "Gazeta", "Le Courrier", "El Diario",
)  # fmt: skip
