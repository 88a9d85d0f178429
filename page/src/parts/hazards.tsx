import { Badge, Checkbox, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Hazard, HazardCode, SafetyFinding, SafetyVerdict } from "cutover/full";
import { useWords } from "../i18n";

/** How bad a verdict of the safety report is to look at. */
export function colourOf(verdict: SafetyVerdict): string {
  if (verdict === "safe") return "teal";
  return verdict === "lost" || verdict === "diverged" ? "red" : "orange";
}

export function Verdict({ verdict }: { readonly verdict: SafetyVerdict }): ReactNode {
  const { t } = useWords();
  return <Badge color={colourOf(verdict)}>{t(`verdict.${verdict}`)}</Badge>;
}

/** Hazards with what they cost. */
export function Hazards({ hazards }: { readonly hazards: readonly Hazard[] }): ReactNode {
  const { t } = useWords();
  return (
    <ul className="hazards">
      {hazards.map(({ code, severity, message, cost }) => (
        <li key={code + message} data-severity={severity}>
          <strong>{t(`hazard.${code}`)}</strong>
          <span>{message}</span>
          <Text size="sm" className="cost">
            {t("hazard.cost")} {cost}
          </Text>
        </li>
      ))}
    </ul>
  );
}

/** What can happen, told event by event. */
export function Stories({ findings }: { readonly findings: readonly SafetyFinding[] }): ReactNode {
  return (
    <Stack gap="sm">
      {findings.map(({ verdict, story }) => (
        <div key={verdict} className="story">
          <Verdict verdict={verdict} />
          <ol>
            {story.map((sentence, index) => (
              <li key={index}>{sentence}</li>
            ))}
          </ol>
        </div>
      ))}
    </Stack>
  );
}

interface AcceptProps {
  readonly codes: readonly HazardCode[];
  readonly accepted: readonly HazardCode[];
  readonly change: (accepted: readonly HazardCode[]) => void;
}

/** The hazards that somebody accepts, one by one. */
export function Accept({ codes, accepted, change }: AcceptProps): ReactNode {
  const { t } = useWords();
  return (
    <fieldset className="accept">
      <legend>{t("publish.accept")}</legend>
      {codes.map((code) => (
        <Checkbox
          key={code}
          color="red"
          label={t(`hazard.${code}`)}
          description={code}
          checked={accepted.includes(code)}
          onChange={({ currentTarget }) =>
            change(currentTarget.checked ? [...accepted, code] : accepted.filter((one) => one !== code))
          }
        />
      ))}
    </fieldset>
  );
}
