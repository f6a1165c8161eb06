//! Tables that are wider than their page: what is out of view is said, and is the way to it.

use egui_kittest::kittest::{NodeT, Queryable};
use panels::{Place, states};

use super::TestWindow;
use super::reading_order::{at, click_at, middle, open_tab};

/// Columns out of view on this side, as the button says.
fn hidden(window: &TestWindow, side: &str) -> usize {
    let said = format!("hidden to the {side}");
    let mut found = window.harness.query_all_by_label_contains(&said);
    found.next().map_or(0, |button| {
        let label = button.accesskit_node().label().unwrap_or_default();
        let digits = label.chars().take_while(|letter| *letter != ' ');
        let digits: String = digits.filter(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    })
}

fn turn(window: &mut TestWindow, side: &str) {
    let button = middle(window, &format!("hidden to the {side}"));
    click_at(window, button);
    window.harness.run_steps(40);
}

/// Turns to the right end and back, and never passes over a column.
fn check_turning(window: &mut TestWindow) {
    const MOST_TURNS: usize = 60;
    let (left, right) = (hidden(window, "left"), hidden(window, "right"));
    assert!(left == 0 && right > 0, "{left} {right}");
    for _ in 0..MOST_TURNS {
        let (left, right) = (hidden(window, "left"), hidden(window, "right"));
        if right == 0 {
            break;
        }
        turn(window, "right");
        let (now_left, now_right) = (hidden(window, "left"), hidden(window, "right"));
        assert!(now_right < right, "{right} to the right became {now_right}");
        // No more of them go at one side than come at the other: none is passed over.
        let (gone, came) = (now_left - left, right - now_right);
        assert!(gone <= came, "{gone} went and {came} came");
    }
    assert_eq!(hidden(window, "right"), 0);
    for _ in 0..MOST_TURNS {
        let left = hidden(window, "left");
        if left == 0 {
            break;
        }
        turn(window, "left");
        assert!(hidden(window, "left") < left);
    }
    assert_eq!(
        (hidden(window, "left"), hidden(window, "right")),
        (0, right)
    );
}

#[test]
fn the_rows_of_a_wide_table_say_what_is_out_of_view_and_lead_there() {
    let expression = states::wide(40);
    let snapshot = states::Sample::new()
        .dataset(vec![expression.clone()])
        .rows(&expression, 0, 60)
        .done();
    let mut window = at(snapshot, Place::Datasets);
    open_tab(&mut window, "Rows");
    check_turning(&mut window);
}

#[test]
fn so_does_the_profile() {
    let mut window = at(states::road(), Place::Datasets);
    check_turning(&mut window);
}
