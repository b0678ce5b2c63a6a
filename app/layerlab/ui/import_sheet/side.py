"""The choices about a table: of the current column, of the whole table, of validation."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.declared import KNOBS
from layerlab.core.spec import TaskSpec, replace
from layerlab.core.table_view import ColumnView, TableView
from layerlab.core.translation import _, translated
from layerlab.ui.import_sheet import choices
from layerlab.ui.import_sheet.bars import TargetBars, described
from layerlab.ui.import_sheet.fields import Group, Picker, Share
from layerlab.ui.theme import Theme

WIDE = 288  # at zoom 1
KINDS = KNOBS["task.kinds"].choices
_BY_ITSELF = "auto"


class Side(QScrollArea):
    """The fields beside the table.

    Signals:
        chosen(task): another choice was made.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.task, self.view = TaskSpec(), TableView("", ())
        self.column: ColumnView | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(theme.px(WIDE))
        inner = QWidget()
        self._box = QVBoxLayout(inner)
        self._box.setContentsMargins(theme.px(2), 0, theme.px(14), theme.px(4))
        self._box.setSpacing(theme.px(16))
        self._make_column()
        self._make_table()
        self._make_validation()
        self.bars = TargetBars(theme)
        self.target_group = Group(_("Target"), theme)
        self.target_group.add(self.bars)
        self._box.addWidget(self.target_group)
        self._box.addStretch(1)
        self.setWidget(inner)

    # ---- what is in it

    def _make_column(self) -> None:
        theme = self._theme
        self.column_group = Group(_("Column"), theme)
        self.name = QLabel()
        self.name.setFont(theme.font(13.5, 600))
        self.name.setWordWrap(True)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setMinimumWidth(1)
        self.kind = Picker(_("Kind of the column"), KNOBS["task.kinds"].help, theme)
        self.kind.picked.connect(self._on_kind)
        self.used = QCheckBox(_("Used as an input"))
        self.used.setFont(theme.font(12))
        self.used.clicked.connect(self._on_used)
        self.aim = QPushButton(_("Predict this column"))
        self.aim.setFont(theme.font(12))
        self.aim.setAutoDefault(False)
        self.aim.clicked.connect(self._on_aim)
        self.why = QLabel()
        self.why.setFont(theme.font(11))
        self.why.setWordWrap(True)
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setMinimumWidth(1)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.why.setStyleSheet(f"color: {theme.muted}")
        # From column to column the fields below stay where they are, under the mouse.
        self.why.setMinimumHeight(2 * self.why.fontMetrics().lineSpacing())
        for field in (self.used, self.why, self.aim):
            policy = field.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            field.setSizePolicy(policy)
        self.column_group.add(self.name)
        self.column_group.add(self.kind, _("Kind"))
        self.column_group.add(self.used)
        self.column_group.add(self.why)
        self.column_group.add(self.aim)
        self._box.addWidget(self.column_group)

    def _picker(self, group: Group, path: str, name: str) -> Picker:
        picker = Picker(KNOBS[path].label, KNOBS[path].help, self._theme)
        group.add(picker, name)
        return picker

    def _make_table(self) -> None:
        group = self.table_group = Group(_("Table"), self._theme)
        self.target = self._picker(group, "task.target", _("Predict"))
        self.target.picked.connect(
            lambda name: self._choose(choices.with_target(self.task, name))
        )
        self.problem = self._picker(group, "task.problem", _("Problem"))
        self.problem.picked.connect(lambda way: self._choose(replace(self.task, problem=way)))
        self.gaps = self._picker(group, "task.gaps", _("Gaps"))
        self.gaps.picked.connect(lambda way: self._choose(replace(self.task, gaps=way)))
        self.header = self._picker(group, "task.header", _("Header"))
        self.header.picked.connect(
            lambda way: self._choose(choices.with_layout(self.task, header=way))
        )
        self.sheet = self._picker(group, "task.sheet", _("Sheet"))
        self.sheet.picked.connect(
            lambda name: self._choose(choices.with_layout(self.task, sheet=name))
        )
        self._box.addWidget(group)

    def _make_validation(self) -> None:
        group = self.validation_group = Group(_("Validation"), self._theme)
        knob = KNOBS["task.validation"]
        self.share = Share(knob.label, knob.help, self._theme)
        self.share.given.connect(self._on_share)
        group.add(self.share, _("Share"))
        self.split = self._picker(group, "task.split", _("Rows"))
        self.split.picked.connect(
            lambda way: self._choose(choices.with_split(self.task, way, self.view))
        )
        self.split_column = self._picker(group, "task.split_column", _("Column"))
        self.split_column.picked.connect(
            lambda name: self._choose(replace(self.task, split_column=name))
        )
        self._box.addWidget(group)

    # ---- what is shown

    def show_view(self, view: TableView, task: TaskSpec) -> None:
        """Show a reading, and the choices that led to it."""
        self.view, self.task = view, task
        names = [column.name for column in view.columns]
        self.target.offer([(name, name) for name in names], view.target)
        found = translated(view.problem)
        self.problem.offer(
            [
                (_BY_ITSELF, _("automatic: {found}", found=found)),
                ("regression", translated("regression")),  # not translated
                ("classification", translated("classification")),  # not translated
            ],
            task.problem,
        )
        self.gaps.offer(
            [
                (_BY_ITSELF, _("automatic")),
                ("rows", _("leave out rows")),
                ("columns", _("leave out columns")),
                ("fill", _("fill them")),
            ],
            task.gaps,
        )
        has = _("yes") if view.has_header else _("no")
        self.header.offer(
            [
                (_BY_ITSELF, _("automatic: {found}", found=has)),
                ("yes", _("first row has the names")),
                ("no", _("first row is data")),
            ],
            task.header,
        )
        self.table_group.show_field(self.sheet, len(view.sheets) > 1)
        self.sheet.offer([(name, name) for name in view.sheets], view.sheet)
        self._show_validation(names)
        self._show_target()

    def _show_validation(self, names: list[str]) -> None:
        view, task = self.view, self.task
        by_column = task.split == "column"  # not translated
        self.validation_group.show_field(self.share, not by_column)
        self.share.show_share(view.share if task.validation is None else task.validation)
        own = _("in proportion") if view.classes else _("by chance")
        self.split.offer(
            [
                (_BY_ITSELF, _("automatic: {found}", found=own)),
                ("random", _("drawn by chance")),
                ("stratified", _("from each class in proportion")),
                ("last", _("the last rows")),
                ("column", _("a column says which")),
            ],
            task.split,
        )
        self.validation_group.show_field(self.split_column, by_column)
        others = [name for name in names if name != view.target] if by_column else []
        self.split_column.offer([(name, name) for name in others], task.split_column or "")

    def _show_target(self) -> None:
        place = self.view.place(self.view.target)
        self.target_group.setVisible(place >= 0)
        if place >= 0:
            column = self.view.columns[place]
            names = self.view.class_names
            self.bars.show_distribution(column.distribution, column.name, names)

    def show_column(self, place: int) -> None:
        """Show the choices about one column."""
        if not 0 <= place < len(self.view.columns):
            self.column = None
            self.column_group.hide()
            return
        self.column_group.show()
        column = self.column = self.view.columns[place]
        self.name.setText(column.name)
        options = [(kind, translated(kind)) for kind in KINDS]
        chosen = dict(self.task.kinds).get(column.name)
        if chosen:
            options.append((_BY_ITSELF, _("as it was found")))
        self.kind.offer(options, chosen or column.kind)
        is_target = column.name == self.view.target
        self.used.setVisible(not is_target)
        self.aim.setVisible(not is_target)
        self.used.setChecked(column.used)
        self.used.setEnabled(column.name != self.task.split_column)
        self.why.setText(self._described(column, is_target))

    def _described(self, column: ColumnView, is_target: bool) -> str:
        lines = [_("The network learns to predict it.")] if is_target else []
        if column.why and not column.used:
            lines.append(_("Left out: {why}", why=column.why))
        elif column.why:
            lines.append(column.why)
        lines.append(described(column.distribution))
        return "\n".join(lines)

    # ---- what is chosen

    def toggle(self, place: int) -> None:
        """Use a column, or leave it out, where it is not the target."""
        if 0 <= place < len(self.view.columns):
            column = self.view.columns[place]
            if column.name not in (self.view.target, self.task.split_column):
                self._choose(choices.with_use(self.task, column, not column.used))

    def choose_kind(self, name: str, kind: str) -> None:
        """Read a column as another kind; `auto` is as it was found."""
        kind = "" if kind == _BY_ITSELF else kind
        self._choose(choices.with_kind(self.task, name, kind))

    def choose_target(self, name: str) -> None:
        """Predict another column."""
        self._choose(choices.with_target(self.task, name))

    def _choose(self, task: TaskSpec) -> None:
        if task != self.task:
            self.task = task
            self.chosen.emit(task)

    def _on_kind(self, kind: str) -> None:
        if self.column is not None:
            self.choose_kind(self.column.name, kind)

    def _on_used(self, used: bool) -> None:
        if self.column is not None:
            self._choose(choices.with_use(self.task, self.column, used))

    def _on_aim(self) -> None:
        if self.column is not None:
            self.choose_target(self.column.name)

    def _on_share(self, share: float) -> None:
        is_default = share == self.view.share and self.task.validation is None
        self._choose(replace(self.task, validation=None if is_default else share))
