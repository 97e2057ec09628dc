// From a run's numbers to Plotly's traces.

/** The x of a series of steps or of epochs: `prefix` is "0/" or "0/e-". */
export function xOf(arrays, prefix, kind) {
  return arrays[`${prefix}${kind}`];
}

/** Linear interpolation of `ys` at `x`, extrapolated by the mean slope beyond the ends. */
export function fractionOf(xs, ys, x) {
  const last = xs.length - 1;
  if (last < 1) return ys[0] ?? 0;
  if (x <= xs[0]) return ys[0];
  if (x >= xs[last]) return ys[last] + ((x - xs[last]) * (ys[last] - ys[0])) / (xs[last] - xs[0] || 1);
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  return ys[low] + ((x - xs[low]) * (ys[high] - ys[low])) / (xs[high] - xs[low] || 1);
}

/** Exponential mean over steps with time constant `tau` (in steps), unbiased at the start; NaN is passed over. */
export function smooth(steps, values, tau) {
  if (!(tau > 0)) return Array.from(values);
  const out = new Array(values.length);
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    const gap = i ? steps[i] - steps[i - 1] : 1;
    const keep = Math.exp(-gap / tau);
    if (Number.isFinite(values[i])) {
      sum = sum * keep + values[i] * (1 - keep);
      weight = weight * keep + (1 - keep);
      out[i] = sum / weight;
    } else out[i] = null;
  }
  return out;
}

/** The raw curve: each bucket's lowest and highest value, so that no extreme is lost. */
function zigzag(xs, low, high) {
  const x = [];
  const y = [];
  for (let i = 0; i < xs.length; i++) {
    x.push(xs[i]);
    y.push(low[i]);
    if (high[i] !== low[i]) {
      x.push(xs[i]);
      y.push(high[i]);
    }
  }
  return { x, y };
}

/** Coarse points outside the visible window, fine ones inside it. */
function joined(arrays, name) {
  const coarse = arrays[`0/${name}`];
  const fine = arrays[`d/${name}`];
  if (!fine || !fine.length) return coarse;
  const steps = arrays["0/step"];
  const inside = arrays["d/step"];
  const before = steps.findIndex((step) => step >= inside[0]);
  const after = steps.findIndex((step) => step > inside[inside.length - 1]);
  return Float32Array.from([
    ...coarse.subarray(0, before < 0 ? coarse.length : before),
    ...fine,
    ...(after < 0 ? [] : coarse.subarray(after)),
  ]);
}

const ENDINGS = { loss: ".3g", accuracy: ".2%", rate: ".3~g" };

/** Text that Plotly shows as it is, not as its tags, entities and placeholders. */
function escaped(text) {
  return text.replace(/[&<>{}]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function line(name, panel, x, y, colour, more = {}) {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x,
    y,
    xaxis: panel.x,
    yaxis: panel.y,
    showlegend: false,
    line: { color: colour, width: 2, simplify: true },
    hovertemplate: `%{y:${ENDINGS[panel.name]}}<extra>${escaped(name)}</extra>`,
    ...more,
  };
}

function mainRun(view, panel, chips) {
  const { arrays, preferences, colours, head } = view;
  const { training, validation, line: thick, marker } = colours;
  const steps = joined(arrays, "step");
  const x = preferences.x === "step" ? steps : joined(arrays, preferences.x);
  const byEpoch = xOf(arrays, "0/e-", preferences.x);
  const name = panel.name;
  const mean = joined(arrays, name);
  const tau = (preferences.smoothing / 100) ** 3 * head.steps_per_epoch;
  const raw = zigzag(x, joined(arrays, `${name}-low`), joined(arrays, `${name}-high`));
  const of = head.others.length ? `${head.name}, ` : "";
  const shown = (id) => (preferences.hidden[id] ? "legendonly" : true);
  const many = byEpoch.length;
  const size = many > 40 ? Math.max(3, marker * 0.55) : marker;
  const mode = many > 60 ? "lines" : "lines+markers";
  const dots = { mode, line: { color: validation, width: thick }, marker: { size } };
  const traces = [
    line("every step", panel, raw.x, raw.y, colours.raw, {
      hoverinfo: "skip",
      hovertemplate: undefined,
      line: { color: colours.raw, width: 1 },
      visible: shown("step"),
      meta: `${name}-raw`,
    }),
    line(`${of}training`, panel, x, smooth(steps, mean, tau), training, {
      visible: shown("step"),
      line: { color: training, width: tau ? thick + 0.5 : 0.75 * thick },
      meta: `${name}-step`,
    }),
    line(`${of}training, epoch`, panel, byEpoch, arrays[`0/e-train-${name}`], training, {
      mode,
      line: { color: training, width: thick - 0.5, dash: "dot" },
      marker: { size, symbol: "circle-open", line: { width: 2 } },
      visible: shown("epoch"),
      meta: `${name}-epoch`,
    }),
    line(`${of}validation`, panel, byEpoch, arrays[`0/e-validation-${name}`], validation, {
      ...dots,
      visible: shown("validation"),
      meta: `${name}-validation`,
    }),
  ];
  if (name === "accuracy" && head.best) {
    traces.push(
      line("best epoch", panel, [head.best[preferences.x]], [head.best.accuracy], validation, {
        mode: "markers",
        marker: { size: marker + 7, color: validation, line: { width: 2.5, color: colours.background } },
        visible: shown("validation"),
        hoverinfo: "skip",
        hovertemplate: undefined,
        meta: "best",
      }),
    );
  }
  if (name === "loss") {
    chips.push({ id: "step", text: "training, by step", colour: training, mark: "line" });
    chips.push({ id: "epoch", text: "by epoch", colour: training, mark: "ring" });
    chips.push({ id: "validation", text: "validation", colour: validation, mark: "dot" });
  }
  return traces;
}

function otherRuns(view, panel) {
  const { arrays, preferences, colours, head } = view;
  return head.others.flatMap((other, at) => {
    const prefix = `${at + 1}/`;
    const colour = colours.others[other.colour % colours.others.length];
    const visible = preferences.hidden[other.id] ? "legendonly" : true;
    const tau = (preferences.smoothing / 100) ** 3 * other.steps_per_epoch;
    const steps = arrays[`${prefix}step`];
    return [
      line(`${other.name}, training`, panel, arrays[`${prefix}${preferences.x}`], smooth(steps, arrays[`${prefix}${panel.name}`], tau), colour, {
        visible,
        line: { color: colour, width: 0.75 * colours.line },
        meta: `${panel.name}-other-${other.id}`,
      }),
      line(`${other.name}, validation`, panel, arrays[`${prefix}e-${preferences.x}`], arrays[`${prefix}e-validation-${panel.name}`], colour, {
        visible,
        mode: "lines+markers",
        line: { color: colour, width: 0.75 * colours.line, dash: "dash" },
        marker: { size: 0.75 * colours.marker },
        meta: `${panel.name}-other-validation-${other.id}`,
      }),
    ];
  });
}

/** { traces, chips }: chips are what the legend offers to hide. */
export function buildTraces(view, panels) {
  const { arrays, preferences, colours, head } = view;
  const chips = [];
  const traces = [];
  for (const panel of panels) {
    if (panel.name === "rate") {
      const x = preferences.x === "step" ? joined(arrays, "step") : joined(arrays, preferences.x);
      traces.push(line("learning rate", panel, x, joined(arrays, "rate"), colours.text, { line: { color: colours.text, width: 2, shape: "hv" } }));
      continue;
    }
    traces.push(...otherRuns(view, panel), ...mainRun(view, panel, chips));
    if (panel.name === "accuracy" && head.reported) {
      traces.push(
        line("lecture", panel, panel.extent, [head.reported.accuracy, head.reported.accuracy], colours.muted, {
          line: { color: colours.muted, width: 1.5, dash: "dash" },
          hoverinfo: "skip",
          hovertemplate: undefined,
          meta: "reported",
        }),
      );
    }
  }
  return { traces, chips };
}
