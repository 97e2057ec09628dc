const plotly = new URL("app/static/plotly.min.js", document.baseURI).href;
const whenIdle = window.requestIdleCallback ?? ((act) => setTimeout(act, 1000));

export default function () {
  whenIdle(() => window.Plotly || import(plotly).catch(() => {})); // the curves try again, and say what is wrong
}
