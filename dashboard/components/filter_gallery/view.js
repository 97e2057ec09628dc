const drawing = import(new URL("app/static/filter_gallery.js", document.baseURI).href);

export default function (component) {
  drawing.then(({ render }) => render(component));
}
