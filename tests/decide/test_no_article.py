"""Pages without an article come out empty and noted; what is written about such pages stays."""

from __future__ import annotations

import pytest

import cleaner
from cleaner.decide.no_article import MAX_PAGE_WORDS
from tests.output.test_cleaned import holds

FAST = cleaner.Settings(effort="fast")
NOTICES = (
    "Access denied\nYou don't have permission to access this page.\nReference #18.4f2c1",
    "JavaScript is disabled\nPlease enable JavaScript in your browser to go on.\nHelp Center",
    "Just a moment...\ngazette.example\nVerify you are human by completing the action below.\nRay ID: 8f2a1",
    "quay.example\nVerifying you are human. This may take a few seconds.\n"
    "quay.example needs to review the security of your connection before going on.\nRay ID: 7d1b9",
    "Checking your browser before you enter quay.example.\n"
    "This process is automatic. Your browser will redirect shortly.\nPlease allow up to 5 seconds...",
    "Einen Moment bitte\nquay.example überprüft die Sicherheit Ihrer Verbindung.",
    "Loading...",
    "Log in or sign up\nEmail address\nPassword\nForgot your password?\nCreate new account",
    "Seite nicht gefunden\nDie gewünschte Seite existiert leider nicht.\nZur Startseite",
    "Page introuvable\nLa page que vous recherchez n'existe plus.\nRetour à l'accueil",
    "Acceso denegado\nNo tiene permiso para ver esta página.",
    "Accesso negato\nNon hai il permesso di vedere questa pagina.",
    "Página não encontrada\nA página que você procura não existe ou foi removida.",
    "Pagina niet gevonden\nDe pagina die je zoekt bestaat niet meer.",
    "Nie znaleziono strony\nStrona, której szukasz, nie istnieje.",
    "Страница не найдена\nЗапрашиваемая страница была удалена.",
    "Сторінку не знайдено\nСторінка, яку ви шукаєте, видалена.",
    "Stránka nenalezena\nPožadovaná stránka neexistuje.",
    "Pagina nu a fost găsită\nPagina pe care o căutați nu există.",
    "Az oldal nem található\nA keresett oldal nem létezik.",
    "Sayfa bulunamadı\nAradığınız sayfa mevcut değil.",
    "Η σελίδα δεν βρέθηκε\nΗ σελίδα που ζητήσατε δεν υπάρχει.",
    "Sidan hittades inte\nSidan du söker finns inte.",
    "Fant ikke siden\nSiden du leter etter finnes ikke.",
    "Siden findes ikke\nSiden, du leder efter, er slettet.",
    "Sivua ei löytynyt\nEtsimääsi sivua ei ole olemassa.",
    "ページが見つかりません\nお探しのページは削除された可能性があります。",
    "页面不存在\n抱歉，您访问的页面已被删除。",
    "페이지를 찾을 수 없습니다\n요청하신 페이지가 삭제되었습니다.",
    "Không tìm thấy trang\nTrang bạn tìm không tồn tại.",
    "ไม่พบหน้า\nขออภัย หน้าที่คุณต้องการถูกลบ",
    "Halaman tidak ditemukan\nHalaman yang anda cari telah dihapus.",
    "הדף לא נמצא\nהדף שחיפשת הוסר.",
    "الصفحة غير موجودة\nالصفحة التي تبحث عنها غير موجودة.",
    "صفحه یافت نشد\nصفحه مورد نظر شما وجود ندارد.",
    "पृष्ठ नहीं मिला\nआप जिस पृष्ठ को खोज रहे हैं वह हटा दिया गया है।",
)
KEPT = (
    "A page that reviews the security of your connection before it opens costs a reader five seconds.\n"
    "The library has counted them for a year: this process is automatic, and nobody asked what it takes.\n"
    "It is two working days a month for a town of nine thousand, and the council wants them back.",
    "Captchas were made to tell people from machines, and machines now solve them faster than people do.\n"
    "A group in the north has timed both for a year: a person took nine seconds, a program less than one.\n"
    "To prove you are human, the group says, it would be enough to make a mistake now and then.",
    "The town's site has answered with the number 404 since Monday, and nobody in the town hall knew why.\n"
    "“The page you are looking for does not exist,” it told every visitor, in three languages.\n"
    "A cleaner had pulled the plug of the old server to make room for her lamp.",
    "JavaScript turns thirty this year, and its maker still says that he had ten days for it.\n"
    "Pages that ask their readers to switch it on have become rare, as hardly anybody switches it off.",
    "The ferry is late.",
    "Error\n\nA poem\n\nI counted all the stones of the bridge\nand came to one too many every night.",
)


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.split("\n")[0])
def test_a_text_of_notices_is_empty_and_says_so(notice: str) -> None:
    done = cleaner.clean(notice, kind="text")
    assert (done.verdict, done.note, done.text) == ("empty", "no-article", "")
    holds(done, notice)


@pytest.mark.parametrize("notice", NOTICES[:8], ids=lambda notice: notice.split("\n")[0])
def test_a_page_of_notices_is_empty_and_says_so(notice: str) -> None:
    lines = "".join(f"<p>{line}</p>" for line in notice.split("\n"))
    page = (
        f"<html><head><title>Gazette</title></head><body><nav><a href=/>News</a></nav>{lines}</body></html>"
    )
    done = cleaner.clean(page, kind="html", settings=FAST)
    assert (done.verdict, done.note) == ("empty", "no-article")
    holds(done, page)


@pytest.mark.parametrize("text", KEPT, ids=lambda text: text[:20])
def test_what_is_written_about_such_pages_stays(text: str) -> None:
    done = cleaner.clean(text, kind="text")
    assert (done.text, done.note) == (text, None)


def test_an_article_with_a_notice_stays() -> None:
    article = "\n".join(
        f"On day {n} the pilots met in the old customs house, where a stove had been lit for them all."
        for n in range(6)
    )
    done = cleaner.clean(f"{article}\nPlease enable JavaScript to view the comments.", kind="text")
    assert article in done.text and done.note is None


def test_many_notices_are_no_such_page() -> None:
    line = "The page you are looking for does not exist, and you do not have permission to see it."
    words = len(line.split())
    few, many = MAX_PAGE_WORDS // words - 1, MAX_PAGE_WORDS // words + 1
    assert cleaner.clean("\n".join([line] * few), kind="text").note == "no-article"
    assert cleaner.clean("\n".join([line] * many), kind="text").note is None


def test_a_page_that_shows_nothing_says_so_and_an_empty_text_does_not() -> None:
    page = '<html><body><nav><a href="/">Home</a> <a href="/n">News</a></nav><div id=app></div></body></html>'
    done = cleaner.clean(page, kind="html", settings=FAST)
    assert (done.verdict, done.note) == ("empty", "no-article")
    assert cleaner.clean("", kind="text").note is None
