import { MantineProvider } from "@mantine/core";
import "./components.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { WordsProvider } from "./i18n";
import "./style.css";
import "./parts.css";
import "./charts.css";
import { theme } from "./theme";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    {/* The policy of the page allows no style that is written into the document: all of it is in files. */}
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <WordsProvider>
        <App />
      </WordsProvider>
    </MantineProvider>
  </StrictMode>,
);
