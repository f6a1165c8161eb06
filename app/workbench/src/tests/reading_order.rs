//! The keyboard goes the way the eye goes, what is shown belongs to the place, and long names stay inside.

use egui::{Key, Role};
use egui_kittest::kittest::Queryable;
use look::{Look, Theme, icon};
use panels::{Place, Selection, states};

use super::TestWindow;
use crate::action::Wish;
use crate::palette::{Row, marked};

/// The rectangle of what has the focus.
fn focused(window: &TestWindow) -> Option<egui::Rect> {
    let id = window.harness.ctx.memory(|memory| memory.focused())?;
    window
        .harness
        .ctx
        .read_response(id)
        .map(|response| response.rect)
}

/// Where the focus goes when Tab is pressed this often.
fn tabbed(window: &mut TestWindow, times: usize) -> Vec<egui::Rect> {
    (0..times)
        .filter_map(|_| {
            window.harness.key_press(Key::Tab);
            window.harness.run();
            focused(window)
        })
        .collect()
}

#[test]
fn the_focus_goes_through_the_bars_from_left_to_right() {
    let mut window = TestWindow::over(states::road());
    let rects = tabbed(&mut window, 60);
    let height = window.harness.ctx.content_rect().height();
    let top: Vec<f32> = rects
        .iter()
        .take_while(|rect| rect.bottom() < 48.0)
        .map(|rect| rect.left())
        .collect();
    assert!(top.len() >= 4, "{top:?}");
    assert!(top.is_sorted(), "the top bar: {top:?}");
    let bottom: Vec<f32> = rects
        .iter()
        .filter(|rect| rect.top() > height - 30.0)
        .map(|rect| rect.left())
        .collect();
    assert!(bottom.len() >= 3, "{bottom:?}");
    assert!(bottom.is_sorted(), "the status bar: {bottom:?}");
}

#[test]
fn a_page_head_is_gone_through_from_left_to_right() {
    let mut window = TestWindow::over(states::road());
    window.harness.state_mut().go_of_test(Place::Monitoring);
    window.harness.run();
    let measure = window
        .harness
        .get_by_role_and_label(Role::Button, "Measure")
        .rect();
    let choice = window.harness.get_by_label("Window").rect();
    assert!(choice.right() <= measure.left(), "{choice} {measure}");
    let rects = tabbed(&mut window, 40);
    let at = |wanted: egui::Rect| {
        rects
            .iter()
            .position(|rect| rect.intersects(wanted.shrink(4.0)))
    };
    let (first, second) = (at(choice), at(measure));
    assert!(first.is_some() && first < second, "{first:?} {second:?}");
}

/// The middle of what can be used and is called so; of several the first.
pub(super) fn middle(window: &TestWindow, name: &str) -> egui::Pos2 {
    let find = |is_it: &dyn Fn(&str) -> bool| {
        let found = window.harness.query_all_by(move |node| {
            node.role() != Role::Label && node.label().is_some_and(|label| is_it(&label))
        });
        found.map(|node| node.rect().center()).next()
    };
    find(&|label| label == name)
        .or_else(|| find(&|label| label.contains(name)))
        .unwrap_or_else(|| panic!("nothing is called {name}"))
}

/// These stand from left to right, and Tab reaches them in this order.
#[track_caller]
fn check_line(window: &mut TestWindow, names: &[&str]) {
    const MOST_STEPS: usize = 160;
    let wanted: Vec<egui::Pos2> = names.iter().map(|name| middle(window, name)).collect();
    assert!(wanted.is_sorted_by_key(|at| at.x), "{names:?}: {wanted:?}");
    let mut reached: Vec<usize> = Vec::new();
    for _ in 0..MOST_STEPS {
        window.harness.key_press(Key::Tab);
        window.harness.run();
        let at = focused(window).map(|rect| rect.center());
        let here = wanted
            .iter()
            .position(|wanted| at.is_some_and(|at| at.distance(*wanted) < 4.0));
        reached.extend(here.filter(|here| !reached.contains(here)));
        if reached.len() == wanted.len() {
            break;
        }
    }
    let all: Vec<usize> = (0..names.len()).collect();
    assert_eq!(reached, all, "{names:?}");
}

pub(super) fn at(snapshot: contract::Snapshot, place: Place) -> TestWindow {
    let mut window = TestWindow::over(snapshot);
    window.harness.state_mut().go_of_test(place);
    window.harness.run();
    window
}

pub(super) fn open_tab(window: &mut TestWindow, name: &str) {
    let tab = window.harness.query_all_by(move |node| {
        node.role() == Role::Tab && node.label().is_some_and(|label| label.starts_with(name))
    });
    let places: Vec<egui::Pos2> = tab.map(|tab| tab.rect().center()).collect();
    click_at(window, places[0]);
}

/// Pressed and let go in two frames that follow each other: longer would be no click.
pub(super) fn click_at(window: &mut TestWindow, at: egui::Pos2) {
    window.harness.hover_at(at);
    window.harness.run();
    for pressed in [true, false] {
        window.harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        });
        window.harness.step();
    }
    window.harness.run();
}

#[test]
fn what_stands_at_the_right_end_of_a_line_is_gone_through_from_left_to_right() {
    let mut window = at(states::road(), Place::Tasks);
    check_line(&mut window, &["Show run", "Cancel Train"]);

    let mut window = at(states::road(), Place::Datasets);
    open_tab(&mut window, "Versions");
    check_line(&mut window, &["Copy ", "Train on wine@2"]);

    let rejected = states::rejected_rows();
    let snapshot = states::Sample::new()
        .dataset(vec![rejected.clone()])
        .rejects(&rejected, 0, 200)
        .done();
    let mut window = at(snapshot, Place::Datasets);
    open_tab(&mut window, "Rejected");
    check_line(&mut window, &["Go to rejected row", "Export…"]);
    let row = middle(&window, "Line 18, ");
    click_at(&mut window, row);
    check_line(&mut window, &["Copy the line", "Close the details"]);
}

#[test]
fn the_buttons_of_dialogs_and_tiles_are_gone_through_from_left_to_right() {
    let mut window = at(states::road(), Place::Datasets);
    window.harness.get_by_label("Train…").click();
    window.harness.run();
    check_line(
        &mut window,
        &["Choose all of the listed", "Choose none of the listed"],
    );
    check_line(&mut window, &["Cancel", "Train"]);

    let mut window = at(states::road(), Place::Datasets);
    let ctx = window.harness.ctx.clone();
    let app = window.harness.state_mut();
    app.act_of_test(&ctx, crate::action::Action::OpenBeside);
    window.harness.run();
    check_line(&mut window, &["Maximise the tile", "Close the tile"]);
    let app = window.harness.state_mut();
    app.act_of_test(&ctx, crate::action::Action::CloseProject);
    window.harness.run();
    check_line(&mut window, &["Stay", "Stop and close"]);
}

#[test]
fn the_page_comes_before_what_stands_at_its_right() {
    let mut window = at(states::road(), Place::Serving);
    check_line(&mut window, &["alcohol", "Predict"]);

    let mut window = TestWindow::over(states::road());
    let dataset = window.harness.state().snapshot_of_test().datasets[0].clone();
    let version = dataset.versions[0].id.clone();
    let app = window.harness.state_mut();
    app.select_of_test(Selection::DataVersion(version));
    app.go_of_test(Place::Datasets);
    window.harness.run();
    check_line(&mut window, &["Read differently…", "Show lineage"]);
}

#[test]
fn the_inspector_shows_only_what_belongs_to_the_place() {
    const EMPTY: &str = "Select a dataset, run, model or endpoint to see its details";
    let mut window = TestWindow::over(states::road());
    window
        .harness
        .state_mut()
        .select_of_test(Selection::Fact(31));
    for place in [
        Place::Home,
        Place::Datasets,
        Place::Experiments,
        Place::Journal,
    ] {
        window.harness.state_mut().go_of_test(place);
        window.harness.run();
        let shown = window.harness.query_all_by_label("Before it").count();
        assert_eq!(shown, usize::from(place == Place::Journal), "{place:?}");
    }
    // Asked for, it says what it is for; asked again, it goes.
    window.harness.state_mut().go_of_test(Place::Home);
    window.harness.run();
    for is_shown in [true, false, true] {
        window
            .harness
            .get_by_label("Show or hide the inspector")
            .click();
        window.harness.run();
        assert_eq!(window.harness.query_by_label(EMPTY).is_some(), is_shown);
    }
}

#[test]
fn a_long_title_is_cut_at_the_edge_of_the_palette() {
    let row = Row {
        title: "measurements of the northern test plant in the second half of the year ".repeat(4),
        hint: String::new(),
        icon: icon::DATASETS,
        keys: String::new(),
        wish: Wish::Stay,
        places: vec![0, 1, 2],
    };
    let look = Look::new(Theme::Dark);
    let seen = std::cell::Cell::new((0.0, false));
    let harness = egui_kittest::Harness::new_ui(|ui| {
        let job = marked_in_known_fonts(&look, &row);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        seen.set((galley.size().x, galley.elided));
    });
    drop(harness);
    let (width, is_cut) = seen.get();
    assert!(width <= 500.0 && is_cut, "{width}");
}

/// In the families that are there without the look.
fn marked_in_known_fonts(look: &Look, row: &Row) -> egui::text::LayoutJob {
    let mut job = marked(look, row, 500.0);
    for section in &mut job.sections {
        section.format.font_id.family = egui::FontFamily::Proportional;
    }
    job
}

#[test]
fn toasts_go_where_they_cover_no_button() {
    use egui::{Align2, Rect, pos2, vec2};
    let room = Rect::from_min_max(pos2(64.0, 120.0), pos2(1_300.0, 820.0));
    let size = vec2(360.0, 90.0);
    let at_right = Rect::from_min_size(pos2(1_180.0, 780.0), vec2(100.0, 32.0));
    let at_middle = Rect::from_min_size(pos2(640.0, 780.0), vec2(100.0, 32.0));
    let at_left = Rect::from_min_size(pos2(80.0, 780.0), vec2(100.0, 32.0));
    let corner = |buttons: &[Rect]| crate::toasts::clear_corner(room, size, buttons);
    assert_eq!(corner(&[]), Align2::RIGHT_BOTTOM);
    assert_eq!(corner(&[at_right]), Align2::CENTER_BOTTOM);
    assert_eq!(corner(&[at_right, at_middle]), Align2::LEFT_BOTTOM);
    assert_eq!(corner(&[at_right, at_middle, at_left]), Align2::RIGHT_TOP);
    assert_eq!(corner(&[room]), Align2::RIGHT_BOTTOM);
}

#[test]
fn a_refusal_is_a_failure() {
    let refusal = contract::Refusal::new("the name is taken");
    let mut window = TestWindow::over(states::road());
    window.harness.state_mut().refused_of_test(refusal);
    window.harness.run();
    window.harness.get_by_label("Dismiss “the name is taken”");
    window.harness.get_by_label("error");
}

#[test]
fn a_project_closed_a_moment_ago_says_so() {
    let path = std::path::PathBuf::from("wine.millrace");
    let mut recent = crate::recent::Recent::default();
    recent.opened(&path, "Wine", 1_000);
    recent.touch(&path, 9_000);
    recent.touch(std::path::Path::new("other.millrace"), 10_000);
    let times: Vec<i64> = recent
        .projects
        .iter()
        .map(|project| project.opened)
        .collect();
    assert_eq!(times, [9_000]);
}
