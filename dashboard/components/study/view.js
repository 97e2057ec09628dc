const drawing = import(new URL("app/static/study.js", document.baseURI).href);

export default function (component) {
  drawing.then(({ render }) => render(component));
}
