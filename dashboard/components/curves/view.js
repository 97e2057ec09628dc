const base = new URL("app/static/", document.baseURI).href;

export default function ({ data, parentElement, setStateValue }) {
  const drawing = import(`${base}curves.js`);
  drawing.then((module) => module.render({ data, parentElement, setStateValue }));
  return () => drawing.then((module) => module.close({ parentElement }));
}
