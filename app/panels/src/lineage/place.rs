//! Places the items of a layout: rows become heights, so that what belongs together stands on one line.

use super::fold::Folded;
use super::layout::Layout;

/// Rounds over the layers; heights have settled long before.
const ROUNDS: usize = 12;
/// How much more a lit neighbour pulls than a quiet one: the path is to be straight.
const LIT_PULL: f64 = 16.0;

/// The height of each item in rows: at least one apart within a layer, in the layout's order, the topmost at 0.
pub(crate) fn heights(graph: &Folded, layout: &Layout) -> Vec<f64> {
    let mut neighbours = vec![Vec::new(); graph.items.len()];
    for &(from, to) in &graph.edges {
        let is_lit = graph.items[from].is_lit && graph.items[to].is_lit;
        let pull = if is_lit { LIT_PULL } else { 1.0 };
        neighbours[from].push((to, pull));
        neighbours[to].push((from, pull));
    }
    let mut height: Vec<f64> = layout.row.iter().map(|&row| row as f64).collect();
    for round in 0..ROUNDS {
        let layers: Box<dyn Iterator<Item = &Vec<usize>>> = if round % 2 == 0 {
            Box::new(layout.layers.iter())
        } else {
            Box::new(layout.layers.iter().rev())
        };
        for layer in layers {
            let wishes: Vec<(f64, f64)> = layer
                .iter()
                .map(|&item| wish(&neighbours[item], &height, height[item]))
                .collect();
            for (&item, placed) in layer.iter().zip(spread(&wishes)) {
                height[item] = placed;
            }
        }
    }
    let top = height.iter().copied().fold(f64::INFINITY, f64::min);
    if top.is_finite() {
        for value in &mut height {
            *value -= top;
        }
    }
    height
}

/// Where an item would like to be, and how much.
fn wish(neighbours: &[(usize, f64)], height: &[f64], now: f64) -> (f64, f64) {
    let pull: f64 = neighbours.iter().map(|(_, pull)| pull).sum();
    if pull == 0.0 {
        return (now, 0.1);
    }
    let sum: f64 = neighbours
        .iter()
        .map(|&(other, pull)| height[other] * pull)
        .sum();
    (sum / pull, pull)
}

/// The places nearest to the wishes (least squares, weighted) that keep the order and stay one apart: isotonic
/// regression by pooling adjacent violators (Barlow et al. 1972) of the wishes less their rows.
fn spread(wishes: &[(f64, f64)]) -> Vec<f64> {
    struct Pool {
        mean: f64,
        weight: f64,
        count: usize,
    }
    let mut pools: Vec<Pool> = Vec::with_capacity(wishes.len());
    for (row, &(wish, weight)) in wishes.iter().enumerate() {
        let mut pool = Pool {
            mean: wish - row as f64,
            weight,
            count: 1,
        };
        while let Some(last) = pools.last() {
            if last.mean <= pool.mean {
                break;
            }
            let weight = last.weight + pool.weight;
            pool = Pool {
                mean: (last.mean * last.weight + pool.mean * pool.weight) / weight,
                weight,
                count: last.count + pool.count,
            };
            pools.pop();
        }
        pools.push(pool);
    }
    pools
        .iter()
        .flat_map(|pool| std::iter::repeat_n(pool.mean, pool.count))
        .enumerate()
        .map(|(row, mean)| mean + row as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_that_fit_are_granted() {
        assert_eq!(
            spread(&[(0.0, 1.0), (2.0, 1.0), (7.5, 1.0)]),
            [0.0, 2.0, 7.5]
        );
    }

    #[test]
    fn the_same_wish_is_shared_around_its_middle() {
        assert_eq!(
            spread(&[(3.0, 1.0), (3.0, 1.0), (3.0, 1.0)]),
            [2.0, 3.0, 4.0]
        );
    }

    #[test]
    fn a_strong_wish_moves_the_others() {
        let placed = spread(&[(3.0, 1.0), (3.0, 1e9)]);
        assert!((placed[1] - 3.0).abs() < 1e-6, "{placed:?}");
        assert!((placed[1] - placed[0] - 1.0).abs() < 1e-9, "{placed:?}");
    }
}
