// Where the panels lie: cards of HTML behind, one Plotly graph over all of them.

const GAP = 12;
const HEAD = 40;
const RUNS = 24; // a line of the runs that are compared
const FOOT = 26;
const LAST_FOOT = 44;
const USUAL_FONT = 13;
const SMALLEST = 1e-8; // of the largest loss: a loss of zero has no place on a logarithmic axis
const WHOLE = { accuracy: [-0.02, 1.02] };

/** Whether runs with different losses lie on one axis. */
export const isMixed = (head) => head.others.some(({ loss }) => loss !== head.loss);

/** A range that the curve fills by at least half, and that changes seldom while it grows. */
export function extent(now, total) {
  if (!(now > 0)) return total || 1;
  let end = 1;
  while (end < now * 1.02) end *= 2;
  if (end > 1 && now * 1.02 < end * 0.75 && end * 0.75 >= 1) end *= 0.75;
  return total ? Math.min(Math.max(end, 1), Math.max(total, now)) : end;
}

function xRange({ head, arrays, preferences, zoom }) {
  if (zoom.x) return zoom.x;
  const unit = preferences.x === "step" ? head.steps_per_epoch : 1;
  const steps = arrays[`0/${preferences.x}`];
  let now = steps.length ? steps[steps.length - 1] : 0;
  let total = head.total_epochs * unit;
  head.others.forEach((_, at) => {
    const other = arrays[`${at + 1}/${preferences.x}`];
    if (other.length) now = Math.max(now, other[other.length - 1]);
    total = Math.max(total, now);
  });
  const planned = preferences.x === "epoch" && head.going;
  const end = planned ? total : extent(now / unit, total / unit) * unit;
  if (preferences.logX) return [Math.log10(Math.max(steps[0] || 1 / head.steps_per_epoch, 1e-4)), Math.log10(end * 1.02)];
  return [0, end * 1.01];
}

/** { layout, panels }: a panel has name, title, axes, its card's top and height in px, and its x extent in data. */
export function buildLayout(view) {
  const { preferences, zoom, colours, style, width, height } = view;
  const names = preferences.rate ? ["loss", "accuracy", "rate"] : ["loss", "accuracy"];
  const shares = preferences.rate ? [0.4, 0.36, 0.24] : [0.51, 0.49];
  const type = colours.font / USUAL_FONT; // larger in projector mode
  const others = view.head.others.length;
  const lines = others > 1 || isMixed(view.head) ? 2 : others;
  const extra = lines * RUNS * type; // stands above the first curves
  const room = height - GAP * (names.length - 1) - extra;
  const family = style.getPropertyValue("--st-font") || "sans-serif";
  const range = xRange(view);
  const layout = {
    width,
    height,
    margin: { l: Math.round(62 * type), r: 22, t: 0, b: 0 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family, size: colours.font, color: colours.text },
    hovermode: "x unified",
    hoverlabel: { bgcolor: colours.background, bordercolor: colours.grid, font: { family, color: colours.text, size: colours.font } },
    dragmode: "zoom",
    uirevision: "kept",
    showlegend: false,
  };
  let top = 0;
  const panels = names.map((name, at) => {
    const last = at === names.length - 1;
    const head = HEAD + (at ? 0 : extra);
    const size = Math.round(room * shares[at] + (at ? 0 : extra));
    const id = at ? String(at + 1) : "";
    const bottom = top + size - (last ? LAST_FOOT : FOOT) * type;
    const kept = zoom[name] || WHOLE[name];
    const log = name === "rate" || (name === "loss" && preferences.logLoss);
    layout[`xaxis${id}`] = {
      anchor: `y${id}`,
      matches: at ? "x" : undefined,
      type: preferences.logX ? "log" : "linear",
      range: range.slice(),
      autorange: false,
      showgrid: false,
      zeroline: false,
      tickcolor: colours.grid,
      hoverformat: preferences.x === "step" ? ",.0f" : ".2f",
      tickformat: preferences.x === "step" ? ",~f" : undefined,
      unifiedhovertitle: { text: `${preferences.x} %{x}` },
      title: last ? { text: preferences.x, standoff: 4, font: { size: colours.font } } : undefined,
    };
    layout[`yaxis${id}`] = {
      domain: [Math.max(0, 1 - bottom / height), 1 - (top + head) / height],
      anchor: `x${id}`,
      type: log ? "log" : "linear",
      autorange: !kept,
      range: kept,
      rangemode: name === "loss" ? "tozero" : "normal",
      gridcolor: colours.grid,
      zeroline: false,
      nticks: 6,
      dtick: undefined,
      tickformat: name === "accuracy" ? "~%" : name === "rate" ? "~g" : "~g",
      exponentformat: "power",
    };
    const data = preferences.logX ? range.map((value) => 10 ** value) : range;
    const panel = { name, x: `x${id}`, y: `y${id}`, top, size, extent: data };
    top += size + GAP;
    return panel;
  });
  return { layout, panels };
}

/** Ticks of a logarithmic axis between two powers of ten: 1, 2 and 5 of each decade, or every few decades. */
export function logTicks(low, high) {
  const decades = high - low;
  const steps = decades > 3 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 3, 5, 7];
  const every = Math.max(1, Math.ceil(decades / 6));
  const values = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power += every) {
    for (const step of steps) {
      const value = step * 10 ** power;
      if (Math.log10(value) >= low - 1e-9 && Math.log10(value) <= high + 1e-9) values.push(value);
    }
  }
  return { values, texts: values.map((value) => (value < 1e-3 || value >= 1e5 ? value.toExponential(0).replace("e+", "e") : String(Number(value.toPrecision(1))))) };
}

/** A logarithmic loss: the range of what is seen, and ticks that can be read. */
export function spreadLoss({ preferences, zoom }, panels, layout, traces) {
  const panel = panels.find(({ name }) => name === "loss");
  if (!preferences.logLoss || !panel) return;
  const axis = layout[`yaxis${panel.y.slice(1)}`];
  if (!zoom.loss) {
    let [low, high] = [Infinity, 0];
    for (const trace of traces) {
      if (trace.yaxis !== panel.y || trace.visible === "legendonly") continue;
      for (const value of trace.y) {
        if (Number.isFinite(value) && value > high) high = value;
        if (value > 0 && value < low) low = value;
      }
    }
    if (!(high > 0)) return;
    low = Math.max(low, high * SMALLEST);
    axis.autorange = false;
    axis.range = [Math.log10(low) - 0.06, Math.log10(high) + 0.06];
  }
  const { values, texts } = logTicks(...axis.range);
  if (values.length > 1) Object.assign(axis, { tickmode: "array", tickvals: values, ticktext: texts });
}

/** Once there are two epochs, show the accuracy from what they reached upwards: the first climb would flatten the rest. */
export function focusAccuracy({ preferences, zoom }, panels, layout, traces) {
  const panel = panels.find(({ name }) => name === "accuracy");
  if (preferences.whole || zoom.accuracy || !panel) return;
  const lines = Object.fromEntries(traces.map((trace) => [trace.meta, trace]));
  const validation = lines["accuracy-validation"];
  if (!validation || validation.y.length < 2) return;
  const shown = [];
  const take = (trace, from) => {
    if (trace && trace.visible === true) for (let at = 0; at < trace.y.length; at++) if (trace.x[at] >= from) shown.push(trace.y[at]);
  };
  const from = Math.max(validation.x[0], 0.15 * validation.x[validation.x.length - 1]) * 0.999;
  take(lines["accuracy-step"], from);
  take(lines["accuracy-epoch"], validation.x[0] * 1.001);
  take(validation, from);
  take(lines.reported, -Infinity);
  traces.filter((trace) => String(trace.meta).startsWith("accuracy-other")).forEach((trace) => take(trace, from));
  const finite = shown.filter(Number.isFinite);
  if (!finite.length) return;
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const room = Math.max(high - low, 0.004);
  layout[`yaxis${panel.y.slice(1)}`].autorange = false;
  layout[`yaxis${panel.y.slice(1)}`].range = [Math.max(-0.02, low - 0.35 * room), Math.min(1 + 0.06 * room, high + 0.2 * room)];
}
