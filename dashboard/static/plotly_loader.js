// Plotly, loaded once for all that draw with it.

let plotly = null;
let failures = 0;

/** A promise of Plotly; after a failure the next call tries again, under an address that no browser remembers. */
export function loadPlotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  const address = new URL(`app/static/plotly.min.js${failures ? `?again=${failures}` : ""}`, document.baseURI).href;
  plotly ??= import(address)
    .then(() => window.Plotly ?? Promise.reject(new Error("Plotly did not load")))
    .catch((error) => {
      plotly = null;
      failures += 1;
      throw error;
    });
  return plotly;
}
