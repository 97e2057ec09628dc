const drawing = import(new URL("app/static/class_table.js", document.baseURI).href);

export default function (component) {
  drawing.then(({ render }) => render(component));
}
