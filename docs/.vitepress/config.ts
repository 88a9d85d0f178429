import { defineConfig } from "vitepress";

const repository = "https://github.com/cutover/cutover";

const tutorials = [
  ["TypeScript", "typescript"],
  ["Python", "python"],
  ["Browser", "browser"],
  ["Rust", "rust"],
].map(([text, page]) => ({ text, link: `/tutorials/${page}` }));

const pages = (of: readonly (readonly [string, string])[], under = "") => of.map(([text, page]) => ({ text, link: `${under}/${page}` }));

// Made beside the pages, by the tools of each language.
const reference = [
  { text: "Rulesets", link: "/reference/ruleset" },
  { text: "Command line", link: "/reference/cli" },
  { text: "TypeScript", link: "/api/typescript/index.html", target: "_self" },
  { text: "Python", link: "/api/python/cutover.html", target: "_self" },
  { text: "Rust", link: "/api/rust/cutover/index.html", target: "_self" },
];

export default defineConfig({
  title: "Cutover",
  description: "Decides, for every request, which side of a migration serves it, and decides the same in every language",
  cleanUrls: true,
  // These are made after the pages, by other tools.
  ignoreDeadLinks: [/^\/api\//],
  head: [["link", { rel: "icon", href: "/icon.svg" }]],
  themeConfig: {
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path` },
  },
  locales: {
    root: {
      label: "English",
      lang: "en",
      themeConfig: {
        nav: [
          { text: "Tutorials", items: tutorials },
          { text: "Guides", link: "/guides/database-migration" },
          { text: "Reference", items: reference },
        ],
        sidebar: [
          { text: "Ten minutes", items: tutorials },
          {
            text: "Guides",
            items: pages(
              [
                ["A database migration", "database-migration"],
                ["An A/B rollout", "ab-rollout"],
                ["An emergency", "emergency"],
                ["Moving from Unleash", "from-unleash"],
                ["Moving from flagd", "from-flagd"],
                ["Moving from LaunchDarkly", "from-launchdarkly"],
                ["Moving from GrowthBook", "from-growthbook"],
              ],
              "/guides",
            ),
          },
          {
            text: "How it works",
            items: pages([
              ["Executors and delivery", "delivery"],
              ["The outbox", "outbox"],
              ["Sources", "sources"],
              ["OpenFeature", "openfeature"],
              ["Gates", "gates"],
              ["Plans", "plans"],
              ["Reports", "reports"],
              ["Operating", "operating"],
              ["The control plane", "control-plane"],
              ["The safety model", "safety"],
              ["The threat model", "threat-model"],
              ["The hash contract", "hash-contract"],
              ["Dialects", "dialects"],
              ["Rulesets of other systems", "importing"],
              ["Beside others", "comparison"],
            ]),
          },
          {
            text: "In code and reviews",
            items: pages([
              ["Types for a ruleset", "codegen"],
              ["Testing", "testing"],
              ["Editors and pull requests", "editor"],
              ["Finding switches", "switches"],
            ]),
          },
          { text: "Reference", items: reference },
        ],
      },
    },
    fr: {
      label: "Français",
      lang: "fr",
      link: "/fr/",
      themeConfig: {
        sidebar: [
          {
            text: "Guides",
            items: pages(
              [
                ["Une migration de base de données", "database-migration"],
                ["Un déploiement A/B", "ab-rollout"],
                ["Une urgence", "emergency"],
                ["Venir d'Unleash", "from-unleash"],
                ["Venir de flagd", "from-flagd"],
                ["Venir de LaunchDarkly", "from-launchdarkly"],
                ["Venir de GrowthBook", "from-growthbook"],
              ],
              "/fr/guides",
            ),
          },
        ],
        outline: { label: "Sur cette page" },
        docFooter: { prev: "Page précédente", next: "Page suivante" },
        darkModeSwitchLabel: "Apparence",
        returnToTopLabel: "Haut de page",
        sidebarMenuLabel: "Menu",
      },
    },
  },
});
