const plotly = new URL("app/static/plotly.min.js", document.baseURI).href;
const whenIdle = window.requestIdleCallback ?? ((act) => act());
const LATER = 1500; // ms until the page itself is drawn: reading Plotly keeps the browser busy

export default function () {
  const load = () => window.Plotly || import(plotly).catch(() => {}); // the curves try again, and say what is wrong
  const timer = setTimeout(() => whenIdle(load), LATER);
  return () => clearTimeout(timer); // who leaves sooner should not wait for it
}
