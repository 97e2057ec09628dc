const base = new URL("app/static/", document.baseURI).href;

export default function ({ data, parentElement }) {
  import(`${base}answers.js`).then((module) => module.render({ data, parentElement }));
}
