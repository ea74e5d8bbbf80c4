"""The codes that no rule gives: repairs, markup, and what withholds a whole document."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from cleaner.document import Label


@dataclass(frozen=True, slots=True)
class NonRuleCode:
    """A code that no rule gives but reading, repair, model, walls or output, with its manual page."""

    label: Label
    text: str

    @property
    def manual(self) -> str:
        """The manual page, without the indentation it has here."""
        return inspect.cleandoc(self.text)


NON_RULE_CODES: dict[str, NonRuleCode] = {
    "mojibake": NonRuleCode(
        "repair",
        """Text decoded with the wrong charset, put right by ftfy: `cafÃ©` becomes `café`.

        Keeps: every text that ftfy does not find badly decoded; curly quotes, ligatures, full-width letters.
        """,
    ),
    "entity": NonRuleCode(
        "repair",
        """A character reference replaced by its character: `&eacute;` becomes `é`.

        Keeps: in a text document the references that follow a tag, because such a text is about HTML.
        """,
    ),
    "undecodable": NonRuleCode(
        "repair",
        """Bytes that the document's charset does not know: the windows-1252 character where one byte stands
        alone, else U+FFFD, the replacement character.

        Keeps: the bytes themselves, in a full record.
        """,
    ),
    "control": NonRuleCode(
        "repair",
        """Control characters and terminal escapes removed.

        Keeps: tabs and line ends.
        """,
    ),
    "zero-width": NonRuleCode(
        "repair",
        """Characters that show nothing removed: zero-width space, byte-order mark, soft hyphen.

        Keeps: joiners and non-joiners where they shape Persian, Indic scripts or emoji.
        """,
    ),
    "bidi-control": NonRuleCode(
        "repair",
        """Bidirectional control characters removed.

        Keeps: the letters of right-to-left scripts, which need none.
        """,
    ),
    "line-break": NonRuleCode(
        "repair",
        """Line ends of other systems (CR, CR LF, U+2028) written as a line feed.

        Keeps: the line's text.
        """,
    ),
    "normal-form": NonRuleCode(
        "repair",
        """A letter and its combining marks written as one character (Unicode NFC).

        Keeps: compatibility characters such as ligatures and superscripts.
        """,
    ),
    "spaces": NonRuleCode(
        "repair",
        """Runs of spaces and of blank lines made one, spaces at the ends of lines removed.

        Keeps: single spaces of every kind, one blank line between paragraphs, and in a text document without
        cuts the indentation of its lines.
        """,
    ),
    "markup": NonRuleCode(
        "markup",
        """The tags of an HTML page, with what a browser does not show: scripts, styles, comments, the head.
        Also what tags say of a text that would read wrong without them: readings over characters and the
        numbers of lines of code go, the raised 4 of 10⁴ becomes a sign of its own, 1/12 gets its stroke, a
        drop cap joins its word, and an image of an emoji becomes that.

        Keeps: the text between the tags.
        """,
    ),
    "line-model": NonRuleCode(
        "chrome",
        """A line or block that the fitted model takes for boilerplate: from its shape, its words, what stands
        around it, where the main run of prose is, what the rules said, and on a page its place in the markup.

        The model was fitted on labelled pages (`training/model.md` says which). It keeps the lines whose
        keeping has the highest expected word-F1 for the document, so how sure it must be depends on the page.

        Keeps: text that looks clean as a whole, but for lines that are all but impossible in an article;
        everything in documents of over 20,000 lines or three million characters: there rules decide alone.
        """,
    ),
    "paywall": NonRuleCode(
        "chrome",
        """The lines of a wall before the rest of an article, on a page of which only a few sentences stay:
        `Subscribe to continue reading` with `Already a subscriber?`, or one of them where the page declares
        in JSON-LD that it is not free. The record's `note` says `paywall`; what stays is a stub. Where next
        to nothing stays, the document is `empty`.

        Keeps: an article of more than 150 words, whatever boxes stand in it; a short one that is all there;
        flattened text.
        """,
    ),
    "consent-wall": NonRuleCode(
        "chrome",
        """A page that asks for consent to cookies in the place of its article: most of what stays speaks of
        it, in several ways, and a button asks for it. The record's `note` says `consent`, and the document is
        `empty`.

        Keeps: an article with a cookie banner; an article about cookies; flattened text.
        """,
    ),
    "no-article": NonRuleCode(
        "chrome",
        """What a page says that has no article to show: that you are to prove you are no robot, to switch on
        JavaScript or to log in, that you have no permission, that nothing was found, that it is loading; with
        the numbers, buttons and advice beside it. The record's `note` says `no-article`, and the document is
        `empty`.

        Keeps: an article about such pages, which has sentences of its own; such words in quotation marks;
        everything of which more than 150 words stay.
        """,
    ),
    "site-drop": NonRuleCode(
        "chrome",
        """A block of a page that your own settings drop: `drop = [".promo"]` for the page's host.

        Selectors go by the names of the block elements around a block: `div#top`, `.box.wide`, `aside .box`,
        `article > div`, several with commas. A host stands for its subdomains too.

        Keeps: blocks that a `keep` names by an element further in; text documents; other hosts' pages.
        """,
    ),
    "site-keep": NonRuleCode(
        "body",
        """A block of a page that your own settings keep: `keep = [".recipe"]` for the page's host. It stays
        whole, whatever rules and model say.

        Keeps: every block in an element that the selector names, unless a `drop` names the same element, or
        one further in.
        """,
    ),
    "title": NonRuleCode(
        "meta",
        """The document's title put before its text, because `--title` asks for it.

        Keeps: a text that begins with its title already.
        """,
    ),
    "empty": NonRuleCode(
        "markup",
        """The whole document withheld: nothing in it was worth keeping.

        Keeps: nothing; a full record gives the raw input back.
        """,
    ),
    "language": NonRuleCode(
        "markup",
        """The whole document withheld: it is in none of the languages asked for.

        Keeps: documents in the languages that `--language` names; without it, all.
        """,
    ),
    "spun": NonRuleCode(
        "spun",
        """Words that a spinner's dictionary put in, replaced by what stood there: `final week` by
        `last week`, `Monetary Occasions` by `Financial Times`. Only in an English document found garbled,
        only under `--garbled restore`, and only where the evidence is strong: the swap's family shows in the
        document, and the words fit far better wherever it stands there; `a` and `an` follow.

        Keeps: everything between quotation marks; terms of the text's own field; words that may be swapped
        but are not surely so, or with whose originals the text would not read right (number, doubled words),
        which stay listed under `garbled`; documents that are not garbled, and those in other languages.
        """,
    ),
    "garbled": NonRuleCode(
        "spun",
        """The whole document withheld: its words were substituted, and `--garbled drop` was asked for. Of a
        document of which less than a third is spun (`garbled.share`) only the spun paragraphs, under `drop`
        and `quarantine`. Only English text is looked at.

        Keeps: with `quarantine` the text apart; with `keep` in its place; with `restore` in its place, the
        words put back that are sure. Specialist, regional, literary and old-fashioned English is not garbled.
        """,
    ),
}
