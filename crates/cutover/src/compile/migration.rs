//! Migrations to records: what deciding one needs, and the routes that hosts build their objects from.

use super::assemble::place;
use super::{Compiler, Footprint};
use crate::migration::CompiledMigration;
use crate::ruleset::migration::Migration;
use cutover_decider::format::{NONE, header, migration as words};

impl Compiler<'_> {
    pub(super) fn compile_migrations(&mut self) {
        let ruleset = self.ruleset;
        let mut records = Vec::new();
        for migration in &ruleset.migrations {
            self.check_comparator(migration);
            let compiled = CompiledMigration::new(migration);
            records.extend(self.migration(migration, &compiled));
            self.migrations.push(compiled);
        }
        self.out.table(header::MIGRATIONS, ruleset.migrations.len(), &records);
    }

    fn migration(&mut self, given: &Migration, compiled: &CompiledMigration) -> [u32; words::WORDS as usize] {
        let mut record = [0; words::WORDS as usize];
        let mut put = |at: u32, words: &[u32]| {
            for (place, word) in record.iter_mut().skip(at as usize).zip(words) {
                *place = *word;
            }
        };
        put(words::NAME, &self.out.text(&given.name));
        let phase = given.phase.map_or(NONE, place);
        put(words::PHASE, &[phase, place(given.ladder.phases.len())]);
        let mut bits = if given.emergency { words::EMERGENCY } else { 0 };
        for (role, at) in crate::migration::Role::ALL.into_iter().zip(0..) {
            let at = words::SWITCHES + at * words::SWITCH_WORDS;
            let Some(switch) = given.switches.get(role) else {
                put(at, &[NONE, 0, NONE]);
                continue;
            };
            put(at, &self.out.text(&switch.name));
            put(at + 2, &[switch.is.map_or(NONE, u32::from)]);
        }
        if let Some(cohort) = &given.cohort {
            let mut footprint = Footprint::default();
            let (ramp, ppm) = self.share(&cohort.share, &mut footprint);
            bits |= words::COHORT | if ramp == 0 { 0 } else { words::RAMP };
            put(words::COHORT_PHASE, &[place(cohort.phase), ppm, self.out.attribute(&cohort.by)]);
            let salt = given.salt.as_deref().unwrap_or(&given.name);
            put(words::COHORT_SALT, &self.out.text(salt));
        }
        put(words::BITS, &[bits]);
        let routes: Vec<String> = compiled.rows("").map(|route| crate::wire::to_json(&route)).collect();
        let texts: Vec<u32> = routes.iter().flat_map(|route| self.out.text(route)).collect();
        put(words::ROUTES, &[self.out.push(&texts), place(routes.len())]);
        record
    }
}
