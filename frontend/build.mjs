// Makes the scripts of the pages: one file for each kind of page, what they share in files of its own.
import { build } from "esbuild";

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["src/site.js", "src/charts.js", "src/editor.js", "src/reading.js"],
  outdir: process.argv[2] ?? "../src/provfin/web/static/built",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  loader: { ".svg": "dataurl" },
  logLevel: "warning",
});
