/** The register of employers. The migration moves their offers, not them. */

import type { Establishment } from "./offer.js";

const NAMES = [
  "Boulangerie Lefèvre",
  "Garage du Pont",
  "Menuiserie Aubert",
  "Pharmacie des Halles",
  "Transports Mercier",
  "Horticulture Roussel",
  "Atelier Vélo Nord",
  "Clinique Saint-Roch",
  "Charpente Bonnet",
  "Imprimerie Girard",
  "Restaurant L'Échalote",
  "Électricité Marchand",
] as const;

export const ESTABLISHMENTS: readonly Establishment[] = NAMES.map((name, index) => ({
  establishment_id: `etab-${String(index + 1).padStart(2, "0")}`,
  establishment_siret: `${String(420_000_000 + index * 1_003)}00017`,
  establishment_raison_sociale: name,
}));

const BY_ID = new Map(ESTABLISHMENTS.map((establishment) => [establishment.establishment_id, establishment]));

/** The employer of that id; undefined where the register has none. */
export function employer(establishmentId: string): Establishment | undefined {
  return BY_ID.get(establishmentId);
}
