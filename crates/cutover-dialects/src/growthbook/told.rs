//! What a condition says where not all of it is known.

use crate::condition::Condition;

/// For whom a condition holds, and for whom it does not. With an operator that nobody knows it may be neither: such a
/// condition fails, and so does its opposite, unless another branch decides.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) yes: Condition,
    /// None for everybody else.
    no: Option<Condition>,
}

impl Told {
    /// A condition that holds for these, and for nobody else.
    pub(super) fn sure(yes: Condition) -> Self {
        Self { yes, no: None }
    }

    /// One that cannot be told.
    pub(super) fn neither() -> Self {
        Self { yes: Condition::FALSE, no: Some(Condition::FALSE) }
    }

    pub(super) fn is_sure(&self) -> bool {
        self.no.is_none()
    }

    fn no(&self) -> Condition {
        self.no.clone().unwrap_or_else(|| self.yes.clone().opposite())
    }

    pub(super) fn opposite(self) -> Self {
        let no = self.no.is_some().then(|| self.yes.clone());
        Self { yes: self.no(), no }
    }

    pub(super) fn all(parts: Vec<Self>) -> Self {
        let no = parts.iter().any(|part| !part.is_sure());
        let no = no.then(|| Condition::any(parts.iter().map(Self::no)));
        Self { yes: Condition::all(parts.into_iter().map(|part| part.yes)), no }
    }

    pub(super) fn any(parts: Vec<Self>) -> Self {
        let no = parts.iter().any(|part| !part.is_sure());
        let no = no.then(|| Condition::all(parts.iter().map(Self::no)));
        Self { yes: Condition::any(parts.into_iter().map(|part| part.yes)), no }
    }
}

#[cfg(test)]
mod tests {
    use super::Told;
    use crate::condition::{As, Condition, one_of};

    #[test]
    fn what_cannot_be_told_decides_nothing_and_stops_nothing() {
        let known = || Told::sure(one_of("name", As::Itself, &["ada"]));
        let both = [Told::all(vec![Told::neither()]), Told::all(vec![Told::neither()]).opposite()];
        assert!(both.iter().all(|told| told.yes.is_never()));
        assert_eq!(Told::any(vec![Told::neither(), known()]).yes, known().yes);
        assert_eq!(Told::all(vec![Told::neither(), known()]).opposite().yes, known().yes.opposite());
        assert_eq!(Told::all(vec![known()]).opposite().yes, known().yes.opposite());
        assert_eq!(Told::any(vec![Told::neither(), Told::sure(Condition::TRUE)]).yes, Condition::TRUE);
    }
}
