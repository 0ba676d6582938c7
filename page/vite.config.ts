import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const OUT = "../src/main/resources/io/github/coda4j/serve/page";

/** What the bundle is made from; PageBundleTest reads the same files. */
const SOURCES = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "src"];

function filesBelow(path: string): string[] {
  if (path !== "src") {
    return [path];
  }
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).replaceAll("\\", "/"));
}

const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Line ends are those of the system that checked the file out: they do not count. */
const hashOf = (path: string) => sha256(readFileSync(path, "utf8").replaceAll("\r\n", "\n"));

/** Writes bundle.json: the hash of the sources, and of each file that was made from them. */
function bundleList(): Plugin {
  return {
    name: "bundle-list",
    apply: "build",
    closeBundle() {
      const sources = SOURCES.flatMap(filesBelow)
        .sort()
        .map((path) => `${path} ${hashOf(path)}\n`)
        .join("");
      const files = readdirSync(OUT, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== "bundle.json")
        .map((entry) => join(entry.parentPath, entry.name).replaceAll("\\", "/"))
        .sort();
      const hashes = Object.fromEntries(files.map((path) => [path.slice(OUT.length + 1), hashOf(path)]));
      writeFileSync(join(OUT, "bundle.json"), JSON.stringify({ sources: sha256(sources), files: hashes }, null, 2) + "\n");
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [bundleList()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" },
    modulePreload: false,
    reportCompressedSize: true,
    rollupOptions: {
      output: {
        entryFileNames: "assets/page-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  test: { include: ["test/**/*.test.ts"] },
});
