/**
 * What somebody can decide about a plan now. Whether it is allowed, and where it leads, the engine says: each event is
 * tried on the plan's state, in the browser, before anybody sends it.
 */

import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import type { PlanEvent, PlanStage, PlanState } from "cutover/full";
import { Refused, ask } from "../engine";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { useSession } from "../session";
import { useTask } from "../task";
import { Failure } from "./failure";

const ACTIONS = [
  "start",
  "approve",
  "pause",
  "resume",
  "skip",
  "promote",
  "complete",
  "roll_back",
  "abort",
  "emergency",
] as const;
type Action = (typeof ACTIONS)[number];
/** What takes people off the new side. */
const BACK: readonly Action[] = ["roll_back", "abort", "emergency"];

/** What a plan moves. */
interface Target {
  readonly flags?: readonly string[];
  readonly migrations?: readonly string[];
}

interface Said {
  readonly actor: string;
  readonly reason: string;
  readonly cost: string;
}

function eventOf(action: Action, state: PlanState, { actor, reason, cost }: Said): PlanEvent {
  // What nodes tell of a plan that has not begun is not written down, so that its revision is of the moment.
  const expect = state.stage === "draft" ? {} : { expect: state.revision };
  const { step } = state;
  switch (action) {
    case "start":
      return { event: "start", actor, ...expect };
    case "approve":
      return { event: "approve", actor, step, reason, ...expect };
    case "skip":
      return { event: "skip", actor, step, reason, accepted_cost: cost, ...expect };
    case "roll_back":
      return { event: "roll_back", mode: "progressive", actor, reason, ...expect };
    case "complete":
      return { event: "complete", actor, ...expect };
    case "emergency":
      return { event: "emergency", on: state.emergency !== true, actor, ...expect };
    default:
      return { event: action, actor, reason, ...expect };
  }
}

/** The engine's words for why an event is refused. */
const WHYS = [
  "not_now",
  "other_revision",
  "gates_not_passed",
  "guards_missing",
  "not_acknowledged",
  "emergency",
  "word_missing",
  "last_step",
  "repeated",
] as const;
type Why = (typeof WHYS)[number];

interface Offer {
  readonly action: Action;
  /** Why not; null where it can be done. */
  readonly why: Why | null;
  readonly to: PlanStage;
}

interface Props {
  readonly name: string;
  /** What it moves. */
  readonly target: Target;
  readonly text: string;
  readonly state: PlanState;
  readonly done: () => void;
}

export function PlanActions({ name, target, text, state, done }: Props): ReactNode {
  const { t } = useWords();
  const { me } = useSession();
  const [asked, setAsked] = useState<Offer | null>(null);
  const told = JSON.stringify(state["data"]);
  const offers = useLoaded(
    () =>
      Promise.all(
        ACTIONS.map(async (action): Promise<Offer | null> => {
          const event = eventOf(action, state, { actor: me?.name ?? "–", reason: "–", cost: "–" });
          const tried = await ask(text, "advance", name, state, event).catch((error: unknown) => {
            // What this engine does not know is not offered.
            if (error instanceof Refused && error.code === "bad_argument") return null;
            throw error;
          });
          if (tried === null) return null;
          const { state: next, effects } = tried;
          const refused = effects.find((effect) => effect.effect === "refused");
          const why = refused?.effect === "refused" ? (WHYS.find((one) => one === refused.why) ?? "not_now") : null;
          return { action, why, to: next.stage };
        }),
      ),
    // What is told of the data makes no revision.
    [text, name, state.revision, state.stage, told, me?.name],
  );
  return (
    <section aria-label={t("plan.actions")}>
      <Failure error={offers.error} />
      <Group gap="xs">
        {offers.value
          ?.filter((offer) => offer !== null)
          .map((offer) => (
            <Button
              key={offer.action}
              size="sm"
              variant={BACK.includes(offer.action) ? "outline" : "default"}
              color={BACK.includes(offer.action) ? "red" : undefined}
              // Not `disabled`: why it cannot be done is to be read with the keyboard too.
              data-disabled={offer.why !== null || undefined}
              aria-disabled={offer.why !== null}
              title={offer.why !== null ? t(`why.${offer.why}`) : t("plan.leadsTo", { stage: t(`stage.${offer.to}`) })}
              onClick={() => offer.why === null && setAsked(offer)}
            >
              {t(`plan.do.${offer.action}`)}
            </Button>
          ))}
      </Group>
      {asked !== null && <Ask name={name} target={target} state={state} offer={asked} close={() => setAsked(null)} done={done} />}
    </section>
  );
}

interface AskProps {
  readonly name: string;
  readonly target: Target;
  readonly state: PlanState;
  readonly offer: Offer;
  readonly close: () => void;
  readonly done: () => void;
}

function Ask({ name, target, state, offer, close, done }: AskProps): ReactNode {
  const { t } = useWords();
  const { client, env, me } = useSession();
  const [reason, setReason] = useState("");
  const [cost, setCost] = useState("");
  const { busy, error, run } = useTask();
  const { action } = offer;
  const mustSay = action !== "start" && action !== "complete";
  const act = async (): Promise<void> => {
    if (action === "emergency") await client.emergency(env, target, state.emergency !== true, reason);
    else await client.tell(env, name, eventOf(action, state, { actor: me?.name ?? "–", reason, cost }));
    done();
    close();
  };
  return (
    <Modal
      opened
      onClose={close}
      size="md"
      title={`${t(`plan.do.${action}`)}: ${name}`}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack>
        <Text size="sm">{t("plan.leadsTo", { stage: t(`stage.${offer.to}`) })}</Text>
        {action === "emergency" && <Alert color="red">{t("plan.emergencyCost")}</Alert>}
        {mustSay && (
          <Textarea
            label={t("publish.reason")}
            required
            autosize
            minRows={2}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
            data-autofocus
          />
        )}
        {action === "skip" && (
          <Textarea
            label={t("plan.cost")}
            required
            autosize
            minRows={2}
            value={cost}
            onChange={({ currentTarget }) => setCost(currentTarget.value)}
          />
        )}
        <Failure error={error} />
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t("cancel")}
          </Button>
          <Button
            color={BACK.includes(action) ? "red" : undefined}
            loading={busy}
            disabled={(mustSay && reason.trim() === "") || (action === "skip" && cost.trim() === "")}
            onClick={() => void run(act)}
          >
            {t(`plan.do.${action}`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
