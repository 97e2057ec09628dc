const copying = import(new URL("app/static/copy.js", document.baseURI).href);

export default function (component) {
  copying.then(({ render }) => render(component));
}
