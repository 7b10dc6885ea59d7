// Bundles every frontend/*.js and frontend/*.css into src/ticketsonic/pages/static/: hashed names, gzip beside, a manifest.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import subsetFont from "subset-font";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "src", "ticketsonic", "pages", "static");
const entries = readdirSync(here).filter((name) => /\.(js|css)$/.test(name));
const worthPacking = /\.(js|css|svg|txt|json)$/;

// No text is thinner than 400 or bolder than 700: without the rest of that axis a font is a third smaller.
const weights = { wght: { min: 400, max: 700 } };
const charactersBetween = (first, last) => String.fromCharCode(...Array.from({ length: last - first }, (_, place) => first + place));
const everyCharacter = charactersBetween(0, 0xd800) + charactersBetween(0xe000, 0x10000);
const fontsOfOurWeights = {
  name: "fonts-of-our-weights",
  setup({ onLoad }) {
    onLoad({ filter: /\.woff2$/ }, async ({ path }) => ({
      contents: await subsetFont(readFileSync(path), everyCharacter, { targetFormat: "woff2", variationAxes: weights }),
      loader: "file",
    }));
  },
};

const result = await build({
  absWorkingDir: here,
  entryPoints: entries,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: target,
  publicPath: "/static",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome111", "firefox114", "safari16.4"],
  charset: "utf8",
  legalComments: "none", // said once for all, in licences.txt
  loader: { ".woff2": "file", ".svg": "file" },
  plugins: [fontsOfOurWeights],
  metafile: true,
  write: false,
  logLevel: "warning",
});

mkdirSync(target, { recursive: true });
const manifest = {};
const kept = new Set(["manifest.json"]);

function keep(name, contents) {
  const aside = join(target, `.${name}.${process.pid}`);
  writeFileSync(aside, contents);
  renameSync(aside, join(target, name));
  kept.add(name);
  if (worthPacking.test(name)) {
    writeFileSync(`${aside}.gz`, gzipSync(contents, { level: 9 }));
    renameSync(`${aside}.gz`, join(target, `${name}.gz`));
    kept.add(`${name}.gz`);
  }
}

function hashed(name, contents) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8);
  return name.replace(/(\.\w+)$/, `-${hash}$1`);
}

for (const file of result.outputFiles) keep(basename(file.path), file.contents);
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  if (output.entryPoint) manifest[output.entryPoint] = basename(path);
}
for (const name of readdirSync(join(here, "images"))) {
  const contents = readFileSync(join(here, "images", name));
  manifest[name] = hashed(name, contents);
  keep(manifest[name], contents);
}
const licences = licencesOfPackages();
manifest["licences.txt"] = hashed("licences.txt", licences);
keep(manifest["licences.txt"], licences);

writeFileSync(join(target, ".manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
renameSync(join(target, ".manifest.json"), join(target, "manifest.json"));
for (const name of readdirSync(target)) if (!kept.has(name)) rmSync(join(target, name), { force: true });

// What stands in the bundles besides our own, with its licence, as those licences ask.
function licencesOfPackages() {
  const inputs = Object.values(result.metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const found = inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean);
  const texts = [...new Set(found)].sort().map((name) => {
    const folder = join(here, "node_modules", name);
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = file ? readFileSync(join(folder, file), "utf8") : "";
    return `${name} ${JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version}\n\n${text.trim()}\n`;
  });
  return Buffer.from(texts.join(`\n${"-".repeat(78)}\n\n`));
}
