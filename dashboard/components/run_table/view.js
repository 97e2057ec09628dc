const drawing = import(new URL("app/static/run_table.js", document.baseURI).href);

export default function (component) {
  drawing.then(({ render }) => render(component));
}
