"""Figures: every view and pages' cards in every format, and the window as before."""

from __future__ import annotations

import csv
import io
import pathlib
import re
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QDrag, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from layerlab.core.errors import LabError
from layerlab.ui.card import MouseHint
from layerlab.ui.controls.tiles import Tile
from layerlab.ui.figures import ENDINGS, figure, placed_clips, window_figure
from layerlab.ui.head import HeadButton
from layerlab.ui.theme import PRINT
from tests.compose.conftest import finished

VIEWS = ("diagram", "prediction", "signal", "gradient", "loss")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def trained(lab, qtbot):
    lab.runner.finish()
    finished(qtbot, lab)
    return lab


def drawn(svg: bytes, size: tuple[int, int]) -> QImage:
    """Return what Qt's own reader of SVG makes of a file."""
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff00ff"))
    with QPainter(image) as painter:
        QSvgRenderer(svg).render(painter, QRectF(image.rect()))
    return image


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    rows = flat.reshape(image.height(), image.bytesPerLine())[:, : 4 * image.width()]
    return rows.reshape(image.height(), image.width(), 4)[..., :3].astype(int)


def images_in(pdf: bytes) -> int:
    return len(re.findall(rb"/Subtype\s*/Image", pdf))


@pytest.mark.parametrize("name", VIEWS)
def test_a_vector_figure_has_lines_and_texts_and_no_picture(trained, name):
    card = trained.figures.card(name)
    svg = figure(card, ".svg", (720, 450), for_print=True)
    root = ElementTree.fromstring(svg)
    assert (root.get("viewBox"), root.find(f"{SVG}title").text) == ("0 0 720 450", card.title())
    texts = ["".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")]
    assert card.title() in texts
    assert len(texts) > 8
    if name == "diagram":  # a text that is cut at its box would take what follows with it
        assert len(list(root.iter(f"{SVG}clipPath"))) == 1
    families = {text.get("font-family") for text in root.iter(f"{SVG}text")}
    assert all(family.startswith("Inter, ") for family in families)
    pdf = figure(card, ".pdf", (720, 450), for_print=True)
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [0 0 540" in pdf  # 0.75 points a pixel
    # What neurons compute is an image, one for all of them; its opacity is another of a PDF.
    pictures = len(list(root.iter(f"{SVG}image")))
    assert pictures == (1 if name == "diagram" else 0)
    assert images_in(pdf) == 2 * pictures


def test_a_vector_figure_looks_as_the_picture(trained):
    for name in ("prediction", "loss"):
        card = trained.figures.card(name)
        size = (720, 450)
        svg = pixels(drawn(figure(card, ".svg", size, for_print=True), size))
        png = QImage.fromData(figure(card, ".png", size, for_print=True))
        far = np.abs(svg - pixels(png)).max(axis=2) > 90
        assert far.mean() < 0.02, name  # texts, and edges of lines


def test_curves_end_where_the_axes_do(trained):
    """A line that leaves the axes, as the prediction does beyond the points, is clipped."""
    card = trained.figures.card("prediction")
    svg = figure(card, ".svg", (720, 450))
    place, names = re.compile(r'transform="matrix\(1,0,0,1,(\d+),(\d+)\)"'), set()
    for clip in re.findall(rb"<clipPath [^>]*>", svg):
        found = place.search(clip.decode())
        names.add(found.groups() if found else None)
    assert None not in names
    assert len(names) >= 1


def test_clip_paths_get_the_place_of_what_they_clip():
    text = (
        '<clipPath id="a"><path d="M0,0"/></clipPath><clipPath id="b"></clipPath>'
        '<g clip-path="url(#a)"><g fill="none" transform="matrix(1,0,0,1,14,32)"></g></g>'
    )
    placed = placed_clips(text)
    assert '<clipPath id="a" transform="matrix(1,0,0,1,14,32)">' in placed
    assert '<clipPath id="b">' in placed


def test_a_picture_has_any_size_and_scale_and_the_window_none_of_it(trained, qtbot):
    card = trained.figures.card("loss")
    before = trained.window.grab().toImage()
    place, theme = card.geometry(), card.theme
    big = QImage.fromData(figure(card, ".png", (900, 300), 2.0, for_print=True))
    assert (big.width(), big.height()) == (1800, 600)
    assert big.pixelColor(1, 1) == QColor("#ffffff")
    here = QImage.fromData(figure(card, ".png"))
    assert (here.width(), here.height()) == (place.width(), place.height())
    assert here.pixelColor(1, 1) == QColor(theme.panel)
    QTest.qWait(50)
    assert (card.geometry(), card.theme) == (place, theme)
    assert trained.window.grab().toImage() == before


def inks(image: QImage, rect: QRectF) -> set[str]:
    part = image.copy(rect.toRect())
    return {
        part.pixelColor(x, y).name() for x in range(part.width()) for y in range(part.height())
    }


@pytest.mark.parametrize("name", VIEWS)
def test_for_print_every_text_is_dark_and_the_ground_white(trained, name):
    assert trained.window.theme.is_dark
    svg = figure(trained.figures.card(name), ".svg", (720, 450), for_print=True)
    fills = re.findall(r'<g fill="none" stroke="(#[0-9a-f]{6})"[^>]*>\s*<text', svg.decode())
    assert len(fills) >= 4
    inked = {PRINT.text, PRINT.muted, PRINT.faint, *PRINT.ramp}  # the last are names of layers
    inked |= {getattr(PRINT, token) for token in ("good", "warning", "positive", "negative")}
    assert set(fills) - inked == set()
    image = QImage.fromData(figure(trained.figures.card(name), ".png", (720, 450), 1, True))
    head = inks(image, QRectF(0, 0, 200, 30))  # the title
    assert {"#ffffff", "#000000"} <= head


@pytest.mark.parametrize("name", VIEWS)
def test_every_text_of_a_vector_file_says_how_wide_it_is(trained, name):
    root = ElementTree.fromstring(figure(trained.figures.card(name), ".svg", (720, 450)))
    texts = [text for text in root.iter(f"{SVG}text") if "".join(text.itertext()).strip()]
    assert len(texts) >= 4
    for text in texts:
        words, size = "".join(text.itertext()), float(text.get("font-size"))
        assert 0.2 < float(text.get("textLength")) / (size * len(words)) < 1.2, words


def test_a_figure_has_its_size_where_the_screen_has_no_room_for_the_note(trained):
    trained.pages.show("gating")
    trained.pages.page.finish()
    card = trained.figures.card("share-of-active-units")
    card.set_note("a note that is much too long for the card as it is on the screen " * 2, "")
    card.fit_head()
    root = ElementTree.fromstring(figure(card, ".svg", (1400, 500)))
    rights = [float(text.get("x")) for text in root.iter(f"{SVG}text")]
    moved = re.findall(r"matrix\(1,0,0,1,(\d+)", ElementTree.tostring(root).decode())
    assert max([*rights, *map(float, moved)]) > 1000


def test_what_serves_the_mouse_is_not_in_a_figure(trained):
    def texts(card):
        root = ElementTree.fromstring(figure(card, ".svg", (720, 450)))
        return {"".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")}

    card = trained.figures.card("signal")
    assert card.kind_button.text() == "across inputs ▾"
    assert "across inputs" in texts(card)
    assert "across inputs ▾" not in texts(card)
    assert not {"best", "worst"} & texts(trained.figures.card("diagram"))
    assert trained.figures.card("diagram").best.isVisible()
    trained.pages.show("regions")
    trained.pages.page.finish()
    for card in trained.figures.by_name().values():
        buttons = {b.text() for b in card.findChildren(HeadButton) if not b.in_figure}
        assert not buttons & texts(card) - {""}
        # In whatever language; of letters that the font has, or the text is in pieces.
        card.set_note(MouseHint("Punkt ziehen"), "")
        assert "Punkt ziehen" not in texts(card)
        assert card.note() == "Punkt ziehen"
        card.set_note(MouseHint("16 Startwerte, Punkt ziehen"), "16 Startwerte")
        assert "16 Startwerte" in texts(card)


def test_what_the_cursor_reads_is_not_in_a_figure(trained):
    card = trained.figures.card("loss")
    plain = figure(card, ".svg")
    card.plot.point_at(QRectF(card.plot.rect()).center())
    assert card.plot.reading() is not None
    assert figure(card, ".svg") == plain
    diagram = trained.figures.card("diagram")
    plain = figure(diagram, ".svg")
    place = diagram.canvas.geometry_now().tile_rect(1, 2).center()
    QTest.mouseMove(diagram.canvas.viewport(), place.toPoint())
    assert figure(diagram, ".svg") == plain


def test_numbers_are_saved_as_csv(trained):
    for name in VIEWS:
        text = figure(trained.figures.card(name), ".csv").decode()
        rows = list(csv.reader(io.StringIO(text)))
        assert len(rows) > 2
        exported = trained.figures.card(name).numbers().splitlines()
        assert rows == [line.split("\t") for line in exported]


@pytest.mark.parametrize(
    ("ending", "size", "scale", "sentence"),
    [
        (".bmp", None, 1.0, r"a figure ends in \.svg, \.pdf, \.png, \.csv, not in \.bmp"),
        (".svg", (0, 100), 1.0, "would be 0x100 pixels, the range is 100x100 to 8000x8000"),
        (".pdf", (100_000, 100), 1.0, "would be 100000x100 pixels"),
        (".png", (8000, 8000), 8.0, "more than 60 million"),
    ],
)
def test_what_cannot_be_drawn_is_said(trained, ending, size, scale, sentence):
    card = trained.figures.card("loss")
    place = card.geometry()
    with pytest.raises(LabError, match=sentence):
        figure(card, ending, size, scale)
    assert card.geometry() == place
    with pytest.raises(LabError, match="no view 'los', there are diagram, prediction"):
        trained.figures.card("los")


@pytest.mark.parametrize("key", ["signal", "activations", "at-scale"])
def test_cards_of_pages_have_names_and_figures(trained, key):
    trained.pages.show(key)
    trained.pages.page.finish()
    known = trained.figures.by_name()
    assert len(known) == len(trained.pages.page.frame.view.cards)
    for name, card in known.items():
        root = ElementTree.fromstring(figure(card, ".svg", (640, 400), for_print=True))
        texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
        assert len(texts) > 2, name
    trained.pages.show("lab")
    assert tuple(trained.figures.by_name()) == VIEWS


def test_the_menu_and_the_keys_save_the_view_under_the_mouse(
    trained, tmp_path, monkeypatch, qtbot
):
    asked = []

    def save_name(parent, title, start, kinds):
        asked.append((title, start, kinds))
        return str(tmp_path / f"figure {len(asked)}"), kinds.split(";;")[1]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", save_name)
    loss = trained.figures.card("loss")
    names = [action.text() for action in loss.menu().actions()]
    assert names[:2] == ["Save figure…", "Save figure for print…"]
    loss.menu().actions()[1].trigger()
    assert asked[-1][0] == "Save a figure of Loss"
    assert asked[-1][1].endswith("loss.svg")
    assert len(asked[-1][2].split(";;")) == len(ENDINGS)
    assert (tmp_path / "figure 1.pdf").read_bytes().startswith(b"%PDF")
    assert str(tmp_path / "figure 1.pdf") in trained.toast.text()
    QCursor.setPos(trained.figures.card("signal").mapToGlobal(QPoint(30, 30)))
    QTest.keyClick(trained.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert len(asked) == 2
    assert asked[-1][0].startswith("Save a figure of ")


def test_a_figure_that_cannot_be_written_is_said_and_nothing_is_lost(
    trained, tmp_path, monkeypatch
):
    name = str(tmp_path / "nowhere" / "a.svg")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (name, ""))
    trained.figures.ask(trained.figures.card("loss"))
    assert "no such file or directory" in trained.window.banner.text.text()


def test_a_pdf_has_texts_as_texts(trained):
    pdf = figure(trained.figures.card("loss"), ".pdf", (720, 450))
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = b"".join(_inflated(stream) for stream in streams)
    assert opened.count(b" Tj") + opened.count(b"TJ") > 8
    assert b"/FontFile" in pdf  # embedded


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


# ---- the whole window, and dragging out


@pytest.mark.parametrize("ending", [".svg", ".pdf", ".png"])
def test_the_whole_window_is_a_figure(trained, ending):
    window = trained.window
    before = pixels(window.grab().toImage())
    data = window_figure(window, window.theme, ending, for_print=True)
    if ending == ".svg":
        texts = "".join(ElementTree.fromstring(data).itertext())
        for card in window.views:
            assert card.title() in texts
        assert "median of" in texts
        tile = window.findChildren(Tile)[0].size()
        images = ElementTree.fromstring(data).iter(f"{SVG}image")
        sizes = [(float(one.get("width")), float(one.get("height"))) for one in images]
        assert (tile.width(), tile.height()) not in sizes  # its curve is a line
    if ending == ".png":
        image = QImage.fromData(data)
        assert image.size() == window.size()
        assert image.pixelColor(window.width() - 4, window.height() - 4).lightness() > 200
    after = pixels(window.grab().toImage())
    # As it was; what the top bar has to say may have come meanwhile.
    assert np.mean(np.abs(before - after)[60:] > 40) < 0.002


def test_a_window_has_no_numbers_of_its_own(trained):
    with pytest.raises(LabError, match=r"ends in .svg, .pdf, .png, not in .csv"):
        window_figure(trained.window, trained.window.theme, ".csv")


def test_a_figure_is_dragged_out_of_the_head(trained, monkeypatch):
    dropped = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, action: dropped.append(drag.mimeData()))
    card = trained.window.loss
    head = QPoint(card.width() // 3, 12)
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=head)
    QTest.mouseMove(card, head + QPoint(2, 0))
    assert not dropped  # a click is no drag
    QTest.mouseMove(card, head + QPoint(60, 40))
    QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=head)
    data = dropped[0]
    path = pathlib.Path(data.urls()[0].toLocalFile())
    assert path.name == "loss.svg"
    assert ElementTree.fromstring(path.read_bytes()).tag == f"{SVG}svg"
    assert data.hasImage()
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=QPoint(40, card.height() // 2))
    QTest.mouseMove(card, QPoint(140, card.height() // 2))
    assert len(dropped) == 1  # below the head a plot is panned
