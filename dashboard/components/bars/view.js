const drawing = import(new URL("app/static/bars.js", document.baseURI).href);

export default function (component) {
  drawing.then(({ render }) => render(component));
}
