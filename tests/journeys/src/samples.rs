//! Made-up data that is the same every time: homes whose price follows from what they are, with missing values.

use serde_json::{Value, json};

/// What a model of homes is asked: `size` and `place` may be missing.
pub(crate) struct Home {
    size: Option<f64>,
    rooms: u32,
    age: f64,
    place: Option<&'static str>,
    lift: bool,
    price: f64,
}

pub(crate) fn homes(count: u32) -> Vec<Home> {
    (0..count)
        .map(|row| {
            let size = f64::from(30 + (row * 37) % 120) + f64::from(row % 10) / 10.0;
            let rooms = 1 + (row * 13) % 5;
            let place = (row % 3) as usize;
            let noise = f64::from((row * 7_919) % 101) / 5.0;
            Home {
                size: (row % 11 != 4).then_some(size),
                rooms,
                age: f64::from(row) * 0.37,
                place: (row % 13 != 6).then_some(["shore", "hill", "town"][place]),
                lift: row % 4 == 1,
                price: size * 3.5 + f64::from(rooms) * 20.0 + (row % 3) as f64 * 60.0 + noise,
            }
        })
        .collect()
}

/// With an id and both targets: `price` is a number, `grade` one of three words.
pub(crate) fn csv(homes: &[Home]) -> String {
    let mut csv = String::from("row,size,rooms,age,place,lift,price,grade\n");
    for (row, home) in homes.iter().enumerate() {
        let size = home
            .size
            .map(|size| format!("{size:.1}"))
            .unwrap_or_default();
        let grade = match home.price {
            price if price < 300.0 => "plain",
            price if price < 450.0 => "fair",
            _ => "grand",
        };
        csv.push_str(&format!(
            "{row},{size},{},{:.2},{},{},{:.2},{grade}\n",
            home.rooms,
            home.age,
            home.place.unwrap_or_default(),
            home.lift,
            home.price
        ));
    }
    csv
}

/// As a client sends it.
pub(crate) fn record(home: &Home) -> Value {
    json!({
        "size": home.size.map(|size| (size * 10.0).round() / 10.0),
        "rooms": home.rooms,
        "age": (home.age * 100.0).round() / 100.0,
        "place": home.place,
        "lift": home.lift,
    })
}
