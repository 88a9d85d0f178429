import { Table } from "@mantine/core";
import type { ReactNode } from "react";

/** The names of a table's columns; the last may have one that is heard and not seen. */
export function Heads({ names, unseen }: { readonly names: readonly string[]; readonly unseen?: string }): ReactNode {
  return (
    <Table.Thead>
      <Table.Tr>
        {names.map((name) => (
          <Table.Th key={name}>{name}</Table.Th>
        ))}
        {unseen !== undefined && (
          <Table.Th>
            <span className="unseen">{unseen}</span>
          </Table.Th>
        )}
      </Table.Tr>
    </Table.Thead>
  );
}
