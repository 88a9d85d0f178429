//! Names of fields, as they are compared.

use alloc::string::String;
use alloc::vec::Vec;

/// How names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// `user_id` and `userId` are one name, shown as `userId`; underscores in front and at the end stay.
    SnakeToCamel,
    /// `userId`, `userID` and `user_id` are one name, shown as `user_id`.
    CamelToSnake,
}

/// The renames of a profile: first the table, then the case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Old names and new ones, sorted by the old.
    pub(crate) table: Vec<(String, String)>,
    pub(crate) case: Option<Case>,
}

impl Names {
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty() && self.case.is_none()
    }

    /// The name under which a field is compared.
    pub(crate) fn of(&self, name: &str) -> String {
        let mut compared = String::new();
        if !self.write(name, &mut compared) {
            compared.push_str(name);
        }
        compared
    }

    /// Writes the name under which a field is compared behind a text, unless it is the same: then this is false.
    pub(crate) fn write(&self, name: &str, to: &mut String) -> bool {
        let start = to.len();
        let listed = self.table.binary_search_by(|(old, _)| old.as_str().cmp(name));
        let new = listed.ok().and_then(|place| self.table.get(place)).map_or(name, |(_, new)| new.as_str());
        match self.case {
            Some(Case::SnakeToCamel) if new.bytes().any(|byte| byte == b'_') => snake_to_camel(new, to),
            Some(Case::CamelToSnake) if new.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                camel_to_snake(new, to);
            }
            _ if listed.is_ok() => to.push_str(new),
            _ => return false,
        }
        let changed = to.get(start..) != Some(name);
        if !changed {
            to.truncate(start);
        }
        changed
    }
}

/// Underscores go where a small letter or a digit follows, and what follows becomes a capital.
fn snake_to_camel(name: &str, camel: &mut String) {
    let front = name.len() - name.trim_start_matches('_').len();
    let (front, rest) = name.split_at_checked(front).unwrap_or(("", name));
    camel.push_str(front);
    let mut underscores = 0;
    for (place, word) in rest.split('_').enumerate() {
        underscores += usize::from(place > 0);
        let mut letters = word.chars();
        let Some(initial) = letters.next() else { continue };
        if underscores > 0 && (initial.is_ascii_lowercase() || initial.is_ascii_digit()) {
            camel.push(initial.to_ascii_uppercase());
            camel.push_str(letters.as_str());
        } else {
            camel.extend(core::iter::repeat_n('_', underscores));
            camel.push_str(word);
        }
        underscores = 0;
    }
    camel.extend(core::iter::repeat_n('_', underscores));
}

/// A capital begins a word, but of several capitals only the first, and the last if a small letter follows.
fn camel_to_snake(name: &str, snake: &mut String) {
    let mut before: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_uppercase() {
            let small_follows = letters.peek().is_some_and(char::is_ascii_lowercase);
            let begins = before.is_some_and(|before| match before {
                '_' => false,
                before if before.is_ascii_uppercase() => small_follows,
                before => before.is_alphanumeric(),
            });
            if begins {
                snake.push('_');
            }
        }
        snake.push(letter.to_ascii_lowercase());
        before = Some(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn names_change_their_case() {
        let to_camel = Names { case: Some(Case::SnakeToCamel), ..Names::default() };
        let to_snake = Names { case: Some(Case::CamelToSnake), ..Names::default() };
        let rows = [
            ("user_id", "userId"),
            ("_id", "_id"),
            ("__v", "__v"),
            ("line_1", "line1"),
            ("a__b", "aB"),
            ("a_", "a_"),
            ("_", "_"),
            ("", ""),
            ("USER_ID", "USER_ID"),
            ("prix_été", "prix_été"),
        ];
        for (snake, camel) in rows {
            assert_eq!(to_camel.of(snake), camel);
            assert_eq!(to_camel.of(camel), camel);
        }
        let rows = [
            ("userId", "user_id"),
            ("userID", "user_id"),
            ("UserId", "user_id"),
            ("HTTPServer", "http_server"),
            ("line1", "line1"),
            ("line1A", "line1_a"),
            ("_idB", "_id_b"),
            ("user_Id", "user_id"),
            ("", ""),
        ];
        for (camel, snake) in rows {
            assert_eq!(to_snake.of(camel), snake);
            assert_eq!(to_snake.of(snake), snake);
        }
    }

    #[test]
    fn the_table_comes_before_the_case() {
        let table = alloc::vec![("usr".to_string(), "user_name".to_string())];
        let names = Names { table, case: Some(Case::SnakeToCamel) };
        assert_eq!(names.of("usr"), "userName");
        assert_eq!(names.of("user_name"), "userName");
        assert_eq!(names.of("usr_id"), "usrId");
    }
}
