const at = (name) => new URL(`app/static/${name}.js`, document.baseURI).href;
// What the stage is made of is fetched at once: an import within an import would wait for the one before it.
const parts = ["board", "colours", "deck", "footer", "grid", "kernel", "layout", "legend", "lens", "line", "numbers", "overlay", "player", "sender", "view", "windows"];
for (const name of ["kit", "packed", ...parts.map((part) => `stage_${part}`)]) {
  const early = document.createElement("link");
  Object.assign(early, { rel: "modulepreload", href: at(name) });
  document.head.append(early);
}
const drawing = import(at("stage"));

export default function (component) {
  drawing.then(({ render }) => render(component));
  return () => drawing.then(({ close }) => close(component));
}
