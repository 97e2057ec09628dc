"""Build: a network as a row of blocks, the sliders of one layer, and the table of all of them."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.network.remedies import remedies
from core.network.shapes import Trace, trace
from core.network.spec import MAX_LAYERS, NetworkSpec
from dashboard import boot, building, navigation, parts, state
from dashboard.components.layer_table import layer_table, table_data
from dashboard.components.network_diagram import network_diagram
from dashboard.components.network_diagram.picture import alternative_text, blocks, faults_by_layer, menu
from dashboard.forms.layer import input_form, layer_form
from dashboard.forms.network import export_menu, start_menu

CARD_HEIGHT = 328  # CSS pixels at least; build.css lets it grow with the screen


@st.fragment
def build() -> None:
    """The whole page: every change redraws it, and nothing around it."""
    st.html(boot.STATIC / "build.css")
    parts.tell()
    spec, selected = state.network(), building.selected()
    table = trace(spec)
    building.keep_picture(table)
    revision = building.revision(spec)
    header(spec, table)
    common = {"selected": selected, "revision": revision, "projector": state.projector()}
    picture = {"blocks": blocks(spec, table, building.kept()), "menu": menu(), "alt": alternative_text(spec, table)}
    network_diagram(
        {**picture, **common, "sequence": building.sequence(building.DIAGRAM)},
        key=building.DIAGRAM,
        on_act=building.diagram_act,
    )
    left, right = st.columns((0.43, 0.57) if state.projector() else (0.4, 0.6), gap="small")
    with right:  # before the form, which takes longer: the table follows the hand
        layer_table(
            {**table_data(spec, table), **common, "sequence": building.sequence(building.TABLE)},
            key=building.TABLE,
            on_act=building.table_act,
        )
    with left:
        layer_card(spec, table, selected)
    parts.try_this(
        "A 5×5 kernel on 28×28 with padding 'valid': how many places does it have along a side? Not 23.",
        "Load sakr-lenet and guess which layer holds most parameters before you look at the bars.",
        "Add a second max pooling before the flatten: what becomes of the total?",
    )


def header(spec: NetworkSpec, table: Trace) -> None:
    """Title, and the buttons that concern the whole network."""
    with parts.page_header("Build", "A network as a row of shapes. Click a block, move its sliders."):
        st.button(
            "Undo",
            icon=":material/undo:",
            key="build_undo",
            help="Undo",
            disabled=not state.can_undo(),
            on_click=state.undo,
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            key="build_redo",
            help="Redo",
            disabled=not state.can_redo(),
            on_click=state.redo,
        )
        start_menu(spec)
        export_menu(spec, table)
        reason = building.why_not_train(spec, table)
        if st.button("Train this", type="primary", key="build_train", disabled=reason is not None, help=reason):
            state.watch()  # a run that was watched before is not what was built here
            state.renew_token()
            navigation.go("train")


def layer_card(spec: NetworkSpec, table: Trace, selected: int) -> None:
    """The selected layer: its name, what can be done with it, what is wrong with it, its sliders."""
    with st.container(border=True, height=CARD_HEIGHT, key="build_card", gap="small"):
        layer_heading(spec, selected)
        prefix = building.form_prefix(spec, selected)
        if selected < 0:
            input_form(spec, prefix, partial(building.change_input, prefix))
        else:
            rows = table.rows
            shape = rows[selected].input_shape if selected < len(rows) else table.output_shape
            layer_form(spec.layers[selected], shape, prefix, partial(building.change_layer, prefix))
        with st.container(key="build_fault", gap="xxsmall"):  # always there, and last: the form keeps its place
            fault = faults_by_layer(table).get(selected if selected >= 0 else None)
            if fault:
                st.error(parts.plain(fault), icon=":material/error:")
                remedy_buttons(spec, table, selected)


def layer_heading(spec: NetworkSpec, selected: int) -> None:
    count = len(spec.layers)
    title = f"{selected + 1} · {spec.layers[selected].title}" if selected >= 0 else "Input"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="build_heading"):
        st.markdown(f":primary[**{title}**]", width="stretch")
        for name, icon, words, possible in (
            ("left", "arrow_back", "Move left", selected > 0),
            ("right", "arrow_forward", "Move right", 0 <= selected < count - 1),
            ("duplicate", "content_copy", "Duplicate", selected >= 0 and count < MAX_LAYERS),
            ("remove", "delete", "Remove", selected >= 0),
        ):
            st.button(
                words,
                icon=f":material/{icon}:",
                key=f"build_{name}",
                help=words,
                type="tertiary",
                disabled=not possible,
                on_click=building.edit,
                args=(name,),
            )


def remedy_buttons(spec: NetworkSpec, table: Trace, selected: int) -> None:
    """One button for each small change that mends the first layer that does not work."""
    first = next((fault.layer for fault in table.faults if fault.layer is not None), None)
    if selected != first:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for place, remedy in enumerate(remedies(spec)):
            st.button(remedy.label, key=f"build_remedy_{place}", on_click=building.mend, args=(remedy.network,))


build()
