const drawing = import(new URL("app/static/dream.js", document.baseURI).href);

export default function (component) {
  drawing.then(({ render }) => render(component));
  return () => drawing.then(({ close }) => close(component));
}
