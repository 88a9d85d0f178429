//! Whether the statistics keep what they say: simulated histories, with fixed seeds, looked at all the time.
//!
//! A history is looked at each time that a hundred more requests have come, and is counted as soon as one look says
//! "fail". Where nothing is wrong, that may happen in a share `alpha` of the histories at the most, however long they
//! are; a test for one look that is used at each of them does it in a third to a half of them, which the last test shows.

use cutover_gates::{Better, Check, Counts, Gate, Observation, Test, Verdict, compare_arms};

const ALPHA: f64 = 0.05;
const HISTORIES: u32 = 2000;

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From above 0 up to 1.
    fn share(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

/// The events of one arm. What is drawn is how many requests go by until the next event, so that it costs as much as
/// there are events.
struct Arm {
    rate: f64,
    until_next: f64,
}

impl Arm {
    fn new(rate: f64, random: &mut Random) -> Self {
        let mut arm = Self { rate, until_next: 0.0 };
        arm.until_next = arm.gap(random);
        arm
    }

    fn gap(&self, random: &mut Random) -> f64 {
        (random.share().ln() / (-self.rate).ln_1p()).floor()
    }

    fn requests(&mut self, total: u64, random: &mut Random) -> Counts {
        let (mut events, mut left) = (0, total as f64);
        while self.until_next < left {
            left -= self.until_next + 1.0;
            events += 1;
            self.until_next = self.gap(random);
        }
        self.until_next -= left;
        Counts::new(events, total)
    }
}

/// What looks at a history: true as soon as it would roll back.
trait Guard {
    fn begin(&self) -> Box<dyn FnMut(Counts, Counts) -> bool + '_>;
}

/// A gate with one check, and what of its verdicts is counted.
struct OfGate {
    gate: Gate,
    counted: Verdict,
    /// Whether windows without an event can wait for the next one: evidence about events alone does not change with them,
    /// and most windows are without where events are rare.
    by_events: bool,
}

impl OfGate {
    fn new(test: Test, counted: Verdict) -> Self {
        let check = Check::new("errors", test).with_min_samples(0);
        let gate = Gate::new("gate", vec![check]).unwrap().with_alpha(ALPHA).unwrap();
        Self { gate, counted, by_events: matches!(test, Test::Harm { .. }) }
    }

    fn harm() -> Self {
        Self::new(Test::Harm { better: Better::Lower }, Verdict::Fail)
    }
}

impl Guard for OfGate {
    fn begin(&self) -> Box<dyn FnMut(Counts, Counts) -> bool + '_> {
        let (mut state, mut at) = (self.gate.start(), 0);
        let mut waiting = [Counts::default(); 2];
        Box::new(move |old, new| {
            let [old, new] = [sum(waiting[0], old), sum(waiting[1], new)];
            if self.by_events && old.events + new.events == 0 {
                waiting = [old, new];
                return false;
            }
            waiting = [Counts::default(); 2];
            at += 1000;
            let seen = [Observation::counted("errors", at - 1000, at, old, new)];
            self.gate.evaluate(&mut state, &seen, at).unwrap().verdict == self.counted
        })
    }
}

fn sum(a: Counts, b: Counts) -> Counts {
    Counts::new(a.events + b.events, a.total + b.total)
}

/// Whether an interval misses the true difference.
struct Interval(f64);

impl Guard for Interval {
    fn begin(&self) -> Box<dyn FnMut(Counts, Counts) -> bool + '_> {
        let mut all = [Counts::default(); 2];
        Box::new(move |old, new| {
            all = [sum(all[0], old), sum(all[1], new)];
            let (low, high) = compare_arms(all[0], all[1], Better::Lower, ALPHA).interval;
            !(low..=high).contains(&self.0)
        })
    }
}

/// The test of two proportions that is right for one look, at every look.
struct Peeking;

impl Guard for Peeking {
    fn begin(&self) -> Box<dyn FnMut(Counts, Counts) -> bool + '_> {
        let (mut all_old, mut all_new) = (Counts::default(), Counts::default());
        Box::new(move |old, new| {
            for (all, more) in [(&mut all_old, old), (&mut all_new, new)] {
                *all = Counts::new(all.events + more.events, all.total + more.total);
            }
            let both =
                Counts::new(all_old.events + all_new.events, all_old.total + all_new.total).rate().unwrap();
            let error =
                (both * (1.0 - both) * (1.0 / all_old.total as f64 + 1.0 / all_new.total as f64)).sqrt();
            error > 0.0 && (all_new.rate().unwrap() - all_old.rate().unwrap()) / error > 1.645
        })
    }
}

#[derive(Clone, Copy)]
struct Setting {
    rates: (f64, f64),
    /// Requests in each arm between two looks.
    look: (u64, u64),
    looks: u32,
    seed: u64,
}

/// For each history, at which look it failed.
fn histories(guard: &dyn Guard, setting: Setting) -> Vec<Option<u32>> {
    let history = |number: u32| {
        let mut random = Random(setting.seed ^ (u64::from(number) << 32));
        let mut arms = [setting.rates.0, setting.rates.1].map(|rate| Arm::new(rate, &mut random));
        let mut look = guard.begin();
        (1..=setting.looks).find(|_| {
            let [old, new] = &mut arms;
            let (old, new) =
                (old.requests(setting.look.0, &mut random), new.requests(setting.look.1, &mut random));
            look(old, new)
        })
    };
    (0..HISTORIES).map(history).collect()
}

/// The share of histories that failed, and what it may be at the most: alpha and three standard errors.
fn false_alarms(guard: &dyn Guard, setting: Setting) -> (f64, f64) {
    let failed = histories(guard, setting).iter().flatten().count();
    let share = failed as f64 / f64::from(HISTORIES);
    (share, ALPHA + 3.0 * (ALPHA * (1.0 - ALPHA) / f64::from(HISTORIES)).sqrt())
}

/// Rates, and the horizon in requests per arm where arms are equal.
const HEALTHY: [(f64, u32); 3] = [(0.05, 100_000), (0.001, 200_000), (0.0002, 200_000)];

/// The settings in which nothing is wrong: equal arms, and arms of 5 and 95.
fn healthy() -> impl Iterator<Item = Setting> {
    HEALTHY.into_iter().zip(1..).flat_map(|((rate, horizon), seed)| {
        let setting = |look, looks| Setting { rates: (rate, rate), look, looks, seed };
        // A look at each hundred requests per arm, and at each hundred of both together.
        [setting((100, 100), horizon / 100), setting((95, 5), 2 * horizon / 100)]
    })
}

#[test]
fn a_healthy_migration_is_hardly_ever_rolled_back() {
    let guard = OfGate::harm();
    for setting in healthy() {
        let (share, most) = false_alarms(&guard, setting);
        println!("harm {:?} {:?}: {share}", setting.rates, setting.look);
        assert!(share <= most, "{:?} {:?}: {share} of at most {most}", setting.rates, setting.look);
    }
}

/// The median of how many requests per arm it takes.
fn median(guard: &dyn Guard, rates: (f64, f64)) -> u32 {
    let setting = Setting { rates, look: (100, 100), looks: 2000, seed: 7 };
    let mut looks: Vec<u32> =
        histories(guard, setting).iter().map(|failed| failed.map_or(u32::MAX, |look| 100 * look)).collect();
    looks.sort_unstable();
    looks[looks.len() / 2]
}

#[test]
fn harm_is_found_soon() {
    let guard = OfGate::harm();
    // The best of what was measured of others, in requests per arm: 800, 7400 and 2400; half as much again may be.
    for (rates, best) in [((0.001, 0.01), 800), ((0.001, 0.003), 7400), ((0.01, 0.02), 2400)] {
        let median = median(&guard, rates);
        println!("harm {rates:?}: {median}");
        assert!(2 * median <= 3 * best, "{rates:?}: {median} where {best} are possible");
    }
}

#[test]
fn a_test_for_one_look_at_every_look_is_found_out() {
    for setting in healthy() {
        let (share, most) = false_alarms(&Peeking, setting);
        println!("z {:?} {:?}: {share}", setting.rates, setting.look);
        assert!(share > 4.0 * most, "{:?} {:?}: {share}", setting.rates, setting.look);
    }
}

/// At the bound itself, neither side of it may be claimed but by accident.
#[test]
fn bounds_are_claimed_only_where_they_hold() {
    let margin = Test::Margin { at_most: 0.01, better: Better::Lower };
    let share = Test::Share { at_most: 0.02 };
    for (test, rates) in [(margin, (0.01, 0.02)), (margin, (0.2, 0.21)), (share, (0.5, 0.02))] {
        for counted in [Verdict::Fail, Verdict::Pass] {
            for look in [(100, 100), (95, 5)] {
                let setting = Setting { rates, look, looks: 200, seed: 11 };
                let (claimed, most) = false_alarms(&OfGate::new(test, counted), setting);
                println!("{} {rates:?} {look:?} {counted:?}: {claimed}", test.name());
                assert!(claimed <= most, "{test:?} {rates:?} {look:?} {counted:?}: {claimed}");
            }
        }
    }
}

#[test]
fn bounds_are_shown_soon() {
    let margin = OfGate::new(Test::Margin { at_most: 0.01, better: Better::Lower }, Verdict::Pass);
    let share = OfGate::new(Test::Share { at_most: 0.001 }, Verdict::Pass);
    // A test of one look takes 2400 and 2995 requests per arm, for a chance of one in two.
    for (guard, rates, most) in [(&margin, (0.01, 0.01), 4_000), (&share, (0.01, 0.0), 4_741)] {
        let rates = (rates.0, f64::max(rates.1, 1e-12));
        let median = median(guard, rates);
        println!("shown {rates:?}: {median}");
        assert!(median <= most, "{rates:?}: {median}");
    }
}

/// Requests that are dealt to the arms one by one.
struct Dealt {
    guard: OfGate,
}

impl Guard for Dealt {
    fn begin(&self) -> Box<dyn FnMut(Counts, Counts) -> bool + '_> {
        let mut look = self.guard.begin();
        // The events of one arm are what is dealt to the new one.
        Box::new(move |dealt, _| {
            look(Counts::new(0, dealt.total - dealt.events), Counts::new(0, dealt.events))
        })
    }
}

#[test]
fn the_sample_ratio_is_doubted_only_where_it_is_wrong() {
    for planned in [0.5, 0.05] {
        let guard = Dealt { guard: OfGate::new(Test::SampleRatio { share: Some(planned) }, Verdict::Fail) };
        let setting = Setting { rates: (planned, planned), look: (100, 0), looks: 1000, seed: 13 };
        let (share, most) = false_alarms(&guard, setting);
        println!("ratio {planned}: {share}");
        assert!(share <= most, "{planned}: {share}");
        let wrong = Setting { rates: (planned * 1.1, planned), ..setting };
        let found = histories(&guard, wrong).iter().flatten().count();
        println!("ratio {planned}, one more of ten: {found}");
        assert!(2 * found > HISTORIES as usize, "{planned}: {found}");
    }
}

#[test]
fn an_interval_hardly_ever_misses_the_difference() {
    for rates in [(0.01, 0.01), (0.3, 0.35)] {
        let setting = Setting { rates, look: (100, 100), looks: 60, seed: 17 };
        let (share, most) = false_alarms(&Interval(rates.1 - rates.0), setting);
        println!("interval {rates:?}: {share}");
        assert!(share <= most, "{rates:?}: {share}");
    }
}
